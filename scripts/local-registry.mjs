// A registry on this machine that has our packages as `npm run release` publishes them, and the rest from the registry that npm is set to.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publish } from './publish.mjs';

const VERDACCIO = {
  private: true,
  dependencies: { verdaccio: '6.1.6' },
  // Its dependencies name this one by a tag, which mirrors of the registry may not have.
  overrides: { 'node-fetch': '2.7.0' },
};

/**
 * Installs verdaccio in a temporary folder, starts it on the loopback address alone and publishes the packages there.
 * @returns its address, and what ends it and removes all that it kept.
 */
export async function startRegistry() {
  const folder = mkdtempSync(join(tmpdir(), 'cxr-registry-'));
  let server;
  const stop = () => {
    server?.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const upstream = output('npm', ['config', 'get', 'registry']);
    writeFileSync(join(folder, 'package.json'), JSON.stringify(VERDACCIO));
    output('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], folder);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    writeFileSync(join(folder, 'config.yaml'), JSON.stringify(settings(folder, upstream)));
    server = serve(folder, port);
    await answers(url, server);
    // A token that only this registry takes: npm wants one, and what is published here can go nowhere else.
    const userconfig = join(folder, 'npmrc');
    writeFileSync(userconfig, `//127.0.0.1:${port}/:_authToken=local\n`);
    const env = { ...registryEnv(url), npm_config_userconfig: userconfig, npm_config_provenance: 'false' };
    const status = publish(['--no-git-tag'], env);
    if (status !== 0) throw new Error(`publishing to ${url} fails with status ${status}`);
    return { url, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

function serve(folder, port) {
  const program = join(folder, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
  const args = ['--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`];
  return spawn(process.execPath, [program, ...args], { cwd: folder, stdio: 'ignore' });
}

/** The environment with this registry, and none of the user's own settings of npm, which npm reads in upper and lower case. */
export function registryEnv(url) {
  const others = Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name));
  return { ...Object.fromEntries(others), npm_config_registry: url };
}

/** Settings of verdaccio. What is ours never comes from outside. */
function settings(folder, upstream) {
  const storage = join(folder, 'storage');
  mkdirSync(storage);
  return {
    storage,
    uplinks: { npm: { url: upstream, timeout: '60s', max_fails: 20 } },
    packages: {
      '@cxr/*': { access: '$all', publish: '$all' },
      '**': { access: '$all', proxy: 'npm' },
    },
    max_body_size: '100mb',
    web: { enable: false },
    log: { type: 'file', path: join(folder, 'verdaccio.log'), level: 'warn' },
  };
}

function output(program, args, cwd) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} fails: ${stdout}${stderr}`);
  return stdout.trim();
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(url, server) {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (server.exitCode !== null) throw new Error(`verdaccio ended with status ${server.exitCode}`);
    if (await fetch(`${url}-/ping`).catch(() => undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`verdaccio does not answer at ${url}`);
}
