// `colloquy completion`: what a shell makes of the scripts.

import { execFileSync } from 'node:child_process';
import { buildBefore } from '@support/build-before.ts';
import { run } from '@support/colloquy.ts';
import { describe, expect, it } from 'vitest';

buildBefore('packages');

describe('colloquy completion', () => {
  async function complete(...text: string[]): Promise<string[]> {
    const { stdout: script } = await run(['completion', 'bash']);
    const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _colloquy; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const input = execFileSync('bash', ['-c', `${script}\n${ask}`, 'bash', ...text], { encoding: 'utf8' });
    return input.split('\n').filter((word) => word !== '');
  }

  it('completes commands, and the options of a command', async () => {
    expect(await complete('colloquy', 'in')).toEqual(['inspect']);
    expect(await complete('colloquy', 're')).toEqual(['replay', 'redact']);
    expect(await complete('colloquy', 'check', '--')).toEqual(['--from', '--beta', '--rules', '--json', '--help']);
    expect(await complete('colloquy', 'redact', '--o')).toEqual(['--output']);
  });

  it.each(['zsh', 'fish'])('knows every command in %s', async (shell) => {
    const { code, stdout } = await run(['completion', shell]);
    expect(code).toBe(0);
    const { stdout: help } = await run(['--help']);
    const commands = Array.from(help.matchAll(/^ {2}([a-z]+) {3,}/gm), ([, name]) => name);
    expect(commands).toContain('convert');
    for (const name of commands) expect(stdout).toContain(name);
    expect(stdout).toMatch(/convert other programs'?\\'+ logs/);
  });

  it('has what to complete from helps that hold together: one for each command, and examples whose options exist', async () => {
    const { stdout: all } = await run(['--help']);
    const commands = Array.from(all.matchAll(/^ {2}([a-z]+) {3,}/gm), ([, name = '']) => name);
    expect(commands.length).toBeGreaterThan(10);
    const helps = await Promise.all(
      commands.map(async (name) => {
        const { code, stdout } = await run(['help', name]);
        expect(code, name).toBe(0);
        return stdout;
      }),
    );
    let examples = 0;
    for (const help of helps) {
      expect(help).toMatch(/^Usage: colloquy [\s\S]*\n\n[\s\S]*\nOptions/);
      expect(help).not.toContain('Exit codes');
      const known = new Set(help.match(/^ {2}(?:-\w, )?--[a-z-]+/gm)?.map((each) => each.replace(/^.*--/, '--')));
      for (const [, example = ''] of help.matchAll(/^ {2}(colloquy .*)$/gm)) {
        examples += 1;
        for (const option of example.match(/--[a-z-]+/g) ?? []) expect([...known], example).toContain(option);
      }
    }
    expect(examples).toBeGreaterThan(12);
  });

  it('refuses a shell nobody knows', async () => {
    const { code, stderr } = await run(['completion', 'constructor']);
    expect([code, stderr]).toEqual([2, 'colloquy completion: which shell? One of bash, zsh, fish\n']);
  });
});
