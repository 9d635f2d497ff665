/** A function that starts `work`, or, while it is going on, once more after it: many calls in between are one. */
export function latest(work: () => Promise<unknown>): () => void {
  let again = false;
  let going = false;
  return async () => {
    again = true;
    if (going) return;
    going = true;
    try {
      while (again) {
        again = false;
        await work();
      }
    } finally {
      going = false;
    }
  };
}
