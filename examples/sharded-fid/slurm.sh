#!/bin/bash
# sbatch slurm.sh REALS FAKES OUT: statistics of both folders, in 20 shards each. CXR_INCEPTION_WEIGHTS names the weights, which each
# job would else download.
#SBATCH --array=0-19
#SBATCH --cpus-per-task=4
#SBATCH --requeue
set -e
for set in reals:"$1" fakes:"$2"; do
  npx cxr-fid --save-stats "${set#*:}" "$3/${set%%:*}-$SLURM_ARRAY_TASK_ID.npz" --shard "$SLURM_ARRAY_TASK_ID/20" \
    --dims 768 --threads "$SLURM_CPUS_PER_TASK"
done
