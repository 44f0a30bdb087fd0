// The packages as users get them: packed by npm and installed into an empty project.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A user's environment: without the settings that npm hands on to what it runs here. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_')));

/** The packages that are published, by folder. */
export const PUBLISHED = ['protocol', 'session', 'server', 'cli'] as const;

export interface Installed {
  /** The project's folder. */
  readonly folder: string;
  /** Tarballs by package folder. */
  readonly tarballs: Readonly<Record<string, string>>;
  /** What npm printed while it installed. */
  readonly installOutput: string;
  /** Runs a program in the project; rejects when it exits with anything but 0. */
  run(file: string, ...args: string[]): Promise<string>;
  /** Writes a file into the project and returns its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Packs every published package and installs the tarballs into an empty project, with npm's own defaults. */
export async function installTarballs(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'colloquy-installed-'));
  const packed = join(folder, 'tarballs');
  await mkdir(packed);
  const workspaces = PUBLISHED.flatMap((name) => ['-w', `packages/${name}`]);
  await run('npm', ['pack', '--silent', '--pack-destination', packed, ...workspaces], { cwd: root });
  const files = await readdir(packed);
  const tarballOf = (name: string) => {
    const start = name === 'cli' ? /^colloquy-\d/ : new RegExp(`^colloquy-${name}-`);
    return join(packed, files.find((file) => start.test(file)) ?? `${name} was not packed`);
  };
  const tarballs = Object.fromEntries(PUBLISHED.map((name) => [name, tarballOf(name)]));
  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "name": "empty", "private": true }\n');
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=warn'];
  const { stdout, stderr } = await run('npm', ['install', ...flags, ...Object.values(tarballs)], { cwd: project, env });
  return {
    folder: project,
    tarballs,
    installOutput: stdout + stderr,
    async run(file, ...args) {
      const { stdout } = await run(file, args, { cwd: project, env });
      return stdout;
    },
    async write(name, text) {
      const path = join(project, name);
      await writeFile(path, text);
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
