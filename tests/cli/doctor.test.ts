// `colloquy doctor` as operators run it, against endpoints that are well and endpoints that are not.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@support/colloquy.ts';
import { garbage, status } from '@support/fake-endpoints.ts';
import { withEndpoints } from '@support/with-endpoints.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';

const fake = await withEndpoints();
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'colloquy-doctor-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
});

const think = () => ['--think-url', fake.url, '--think-model', 'tiny'];

it('says that an endpoint is well, and shows it the key from the environment alone', async () => {
  const { code, stdout, stderr } = await run(['doctor', ...think()], { env: { COLLOQUY_THINK_KEY: 'sk-CANARY' } });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(
    /^think {7}ok {5}http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions {2}tiny {2}first answer \d+ ms/,
  );
  expect(fake.of('think')[0]?.headers.authorization).toBe('Bearer sk-CANARY');
  expect(stdout).not.toContain('CANARY');
});

it('says what is wrong, for people and for programs, and fails', async () => {
  fake.next('think', status(401));
  const text = await run(['doctor', ...think()]);
  expect(text.code).toBe(1);
  expect(text.stdout).toMatch(
    /^think {7}WRONG .*\n {12}unauthorized: The think endpoint answered 401\. No key is configured/,
  );

  fake.next('speak', garbage);
  const file = join(folder, 'cascade.yaml');
  writeFileSync(file, `speak: {url: "${fake.url}", model: tts}\ntranscribe: {url: "${fake.url}", model: ears}\n`);
  const { code, stdout } = await run(['doctor', '--cascade', file, '--json']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject([
    { stage: 'transcribe', ok: true, problem: null },
    { stage: 'speak', ok: false, problem: 'wrong_audio' },
  ]);
});

it('[CL11] opens a call, asks each of its addresses for an answer, and calls itself', async () => {
  const range = ['--webrtc-ports', '40000-40999'];
  const { code, stdout, stderr } = await run(['doctor', '--webrtc', ...range, '--json']);
  expect(stderr).toBe('');
  const reports = JSON.parse(stdout);
  const addresses = reports.filter(({ stage }: { stage: string }) => stage === 'webrtc');
  expect(addresses.length).toBeGreaterThan(0);
  for (const { address, ok, problem } of addresses) {
    const used = Number(/:(\d+)$/.exec(address)?.[1]);
    expect(used >= 40_000 && used <= 40_999).toBe(true);
    expect(ok).toBe(problem === null);
  }
  expect(code).toBe(reports.every(({ ok }: { ok: boolean }) => ok) ? 0 : 1);

  const isAnswered = addresses.some(({ ok }: { ok: boolean }) => ok);
  const enough = expect.toSatisfy((ms: number) => ms > 0);
  const well = { stage: 'call', ok: true, problem: null, server_heard_ms: enough, client_heard_ms: enough };
  expect(reports.slice(addresses.length)).toMatchObject(isAnswered ? [well] : []);

  // 198.51.100.0/24 is for documentation: nobody answers.
  const far = await run(['doctor', '--webrtc', ...range, '--webrtc-addresses', '198.51.100.1']);
  expect([far.code, far.stderr]).toEqual([1, '']);
  expect(far.stdout).toMatch(/^webrtc {6}WRONG {2}udp 198\.51\.100\.1:\d+\n {12}no_answer: .*--webrtc-addresses/);
});

it.each([
  [['doctor'], 'no endpoint configured'],
  [['doctor', '--think-url', 'nonsense', '--think-model', 'm'], "endpoints: 'think.url' must be an address"],
  [['doctor', '--think-key', 'sk-CANARY'], '--think-key is not an option'],
  [['doctor', '--think-rate', '1'], '--think-rate is not an option'],
])('is misused by %j', async (args, message) => {
  const { code, stderr } = await run(args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('CANARY');
});
