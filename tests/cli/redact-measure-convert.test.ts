// `colloquy redact`, `measure` and `convert`, each on recordings of ours, logs of others, a file that was cut off, and garbage.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildBefore } from '@support/build-before.ts';
import { run } from '@support/colloquy.ts';
import { CONTROLS, FOREIGN, framesOf, golden, json, logFolder } from '@support/logs.ts';
import { afterAll, describe, expect, it } from 'vitest';

buildBefore('packages');
const logs = logFolder();
afterAll(() => logs.remove());
const { path: folder, file, foreign, cut, garbage } = logs;

describe('colloquy redact', () => {
  const secret = 'SECRETAUDIO';
  const key = 'sk-abcdefghijklmnopqrstuvwxyz0123456789';

  it('leaves a recording that replays to the same bytes', async () => {
    const path = join(folder, 'redacted.jsonl');
    expect(await run(['redact', golden('text-turn'), '-o', path])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(path, 'utf8')).toBe(readFileSync(golden('text-turn'), 'utf8'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = await run(['redact', '--level', 'content', golden('text-turn')]);
    expect(text.stdout).not.toContain('Hello?');
    expect(json(text.stdout)[0].hidden).toEqual(['key', 'media', 'words']);
    const replayed = await run(['replay', file('content.jsonl', text.stdout)]);
    expect([replayed.code, replayed.stdout]).toEqual([0, expect.stringContaining('the same, byte for byte')]);
  });

  it.each<[string, (event: object) => string]>([
    ['a bare event', (event) => JSON.stringify(event)],
    ['an envelope', (event) => JSON.stringify({ source: 'client', event, note: `Bearer ${key}` })],
    ['text in an envelope', (event) => JSON.stringify({ direction: 'send', payload: JSON.stringify(event) })],
    ['a line of a text log', (event) => `${key} sent: ${JSON.stringify(event)}`],
    ['JSON that is no event', (event) => JSON.stringify({ unknown: { inside: [event] }, audio: secret })],
  ])('hides audio and keys in %s', async (_name, write) => {
    const tools = [{ type: 'mcp', server_label: 'a', authorization: key }];
    const lines = [
      { type: 'input_audio_buffer.append', audio: secret, event_id: 'mine' },
      { type: 'session.update', session: { type: 'realtime', tools, instructions: 'Be brief.' } },
    ].map(write);
    const { code, stdout } = await run(['redact', file('foreign.jsonl', `${lines.join('\n')}\n`)]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/SECRETAUDIO|sk-abc/);
    expect(stdout).toMatch(/mine[\s\S]*Be brief\./);
    expect(json(stdout)).toHaveLength(2);
  });

  it('leaves out what cannot be read, and says so', async () => {
    const { code, stdout, stderr } = await run(['redact', cut()]);
    expect(code).toBe(1);
    expect(json(stdout).at(-1)).toEqual({ at: expect.any(Number), from: 'gap', lines: 1 });
    expect(stderr).toMatch(/removed unreadable lines: line \d+\n$/);
    const nothing = await run(['redact', garbage()]);
    expect(nothing.code).toBe(1);
    expect(nothing.stdout).not.toMatch(CONTROLS);
  });

  it('does not write over what it reads', async () => {
    const path = file('same.jsonl', 'CANARY\n');
    const { code, stderr } = await run(['redact', path, '-o', path]);
    expect([code, stderr]).toEqual([2, 'colloquy redact: the output would overwrite the input\n']);
    expect(readFileSync(path, 'utf8')).toBe('CANARY\n');
    const nowhere = await run(['redact', golden('text-turn'), '-o', join(folder, 'no/such/folder')]);
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      expect.stringMatching(/cannot be written: it does not exist\n$/),
    ]);
  });
});

describe('colloquy measure', () => {
  const usage = {
    total_tokens: 1_500_000,
    input_tokens: 1_000_000,
    output_tokens: 500_000,
    input_token_details: {
      text_tokens: 1_000_000,
      audio_tokens: 0,
      cached_tokens: 500_000,
      cached_tokens_details: { text_tokens: 500_000 },
    },
    output_token_details: { text_tokens: 0, audio_tokens: 500_000 },
  };
  const turn = (model: string) =>
    [
      [0, { type: 'session.created', event_id: 'e', session: { model } }],
      [1000, { type: 'response.create' }],
      [1010, { type: 'response.created', event_id: 'e', response: { id: '=r' } }],
      [1250, { type: 'response.output_audio.delta', event_id: 'e', response_id: '=r', delta: '' }],
      [3000, { type: 'response.done', event_id: 'e', response: { id: '=r', status: 'completed', usage } }],
    ]
      .map(([time, event]) => `${JSON.stringify({ time, event })}\n`)
      .join('');

  it('tells times and tokens of each response, and sums them up', async () => {
    const { code, stdout } = await run(['measure', golden('speech-turns')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +62 {2}response +resp_\w+ +golden-model +completed +80 +120 +160 +9 +38 +5 +-$/m);
    expect(stdout).toContain('3 responses (1 cancelled, 2 completed), 2 transcriptions\n');
  });

  it('counts cost by the prices that came with it, or by others', async () => {
    const path = file('priced.jsonl', turn('gpt-realtime-2025-08-28'));
    const [row, sum] = json((await run(['measure', '--json', path])).stdout);
    expect(row).toMatchObject({ first_output_ms: 250, first_audio_ms: 250, total_ms: 2000, currency: 'USD' });
    expect(row.cost).toBeCloseTo(0.5 * 4 + 0.5 * 0.4 + 0.5 * 64, 9);
    expect(sum).toMatchObject({ kind: 'file', responses: 1, unpriced: 0, cost: row.cost });

    const models = { 'gpt-realtime': { input_text: 1, cached_text: 1, output_audio: 2 } };
    const prices = file('prices.json', JSON.stringify({ currency: 'EUR', models }));
    const [own] = json((await run(['measure', '--json', '--prices', prices, path])).stdout);
    expect([own.cost, own.currency]).toEqual([2, 'EUR']);
    const [none] = json((await run(['measure', '--json', file('unpriced', turn('gpt-realtime-9000'))])).stdout);
    expect(none.cost).toBeNull();
  });

  it('[CL7] ends with the sums and percentiles of all files when there are several', async () => {
    const paths = [golden('speech-turns'), file('one.jsonl', turn('gpt-realtime'))];
    const { stdout } = await run(['measure', ...paths]);
    expect(stdout).toMatch(/\nall 2 files\n {2}4 responses \(1 cancelled, 3 completed\), 2 transcriptions\n/);
    expect(stdout).toMatch(
      / {2}milliseconds: first output p50 \d+ p95 \d+, first audio p50 \d+ p95 \d+, total p50 \d+ p95 2000\n/,
    );
    const rows = json((await run(['measure', '--json', ...paths])).stdout);
    const sums = rows.filter(({ kind }) => kind === 'file');
    const total = sums.reduce((sum, { input }) => sum + input, 0);
    expect(rows.at(-1)).toMatchObject({ kind: 'all', files: 2, responses: 4, input: total });
    expect((await run(['measure', golden('speech-turns')])).stdout).not.toContain('all ');
  });

  it('[CO26] says as if of which model a cost is when an engine without a price answered', async () => {
    const header = { recording: 1, session: 's', started_at: 0, hidden: ['key'], seed: null, options: null };
    const answered = (engine: object) => `${JSON.stringify({ ...header, ...engine })}\n${turn('gpt-realtime')}`;
    const own = file('own.jsonl', answered({ engine: 'parrot' }));
    expect((await run(['measure', own])).stdout).toMatch(
      /cost: \d+\.\d+ USD, as if gpt-realtime: the engine parrot has no price\n/,
    );
    expect(json((await run(['measure', '--json', own])).stdout)[0]).toMatchObject({ as_if: 'gpt-realtime' });
    const relayed = file('relayed.jsonl', answered({ engine: 'relay' }));
    expect((await run(['measure', relayed])).stdout).not.toContain('as if');
    expect(json((await run(['measure', '--json', relayed])).stdout)[0]).toMatchObject({ as_if: null });
  });

  it('[CO26] checks whether the models of a log have a price, and names the date', async () => {
    const [known, unknown] = [
      file('known.jsonl', turn('gpt-realtime-2.1')),
      file('unknown.jsonl', turn('gpt-9\u001b')),
    ];
    const priced = await run(['measure', '--check-prices', known]);
    expect([priced.code, priced.stdout]).toEqual([
      0,
      expect.stringMatching(/^\S+known\.jsonl\n {2}gpt-realtime-2\.1: priced in USD as of \d{4}-\d\d\n$/),
    ]);
    const unpriced = await run(['measure', '--check-prices', known, unknown]);
    expect(unpriced.code).toBe(1);
    expect(unpriced.stdout).toMatch(/unknown\.jsonl\n {2}gpt-9\S*: no price\n$/);
    expect(unpriced.stdout).not.toContain('\u001b');
  });

  it('writes CSV that no spreadsheet runs', async () => {
    const { stdout } = await run(['measure', '--format', 'csv', file('a,b.jsonl', turn('gpt-realtime'))]);
    const [head, row] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^file,line,kind,id,model,.*,cost,currency,session,as_if$/);
    expect(row).toMatch(/^"[^"]*a,b\.jsonl",5,response,'=r,gpt-realtime,completed,,250,250,2000,500000,0,0,500000,/);
  });

  it('of a cut file and of garbage says what there is', async () => {
    const { code, stdout } = await run(['measure', '--json', cut(), garbage(), join(folder, 'gone')]);
    expect(code).toBe(1);
    const sums = json(stdout).filter(({ kind }) => kind === 'file');
    expect(sums).toMatchObject([{ responses: 1, statuses: { in_progress: 1 } }, { responses: 0 }]);
    expect(stdout).not.toContain('CANARY');
  });

  it.each([
    ['no JSON', 'CANARY', 'it is not JSON'],
    ['no models', '{}', 'models is an object'],
    ['an unknown kind', '{"models":{"m":{"CANARY":1}}}', 'the kinds are input_text'],
    ['a price that is none', '{"models":{"m":{"minute":"CANARY"}}}', 'minute is a number from 0'],
  ])('refuses prices with %s', async (_name, text, message) => {
    const { code, stderr } = await run(['measure', '--prices', file('wrong.json', text), golden('text-turn')]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(stderr).not.toContain('CANARY');
  });
});

describe('colloquy convert', () => {
  it.each(['time, source, event', 'a text log', 'a HAR file'])('makes a recording of %s', async (form) => {
    const path = join(folder, 'converted.jsonl');
    expect(await run(['convert', foreign(form, 'tool-round'), '-o', path])).toEqual({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^(?:\S[^\n]*: read as: (?:JSON after words|a HAR file)\n)?$/),
    });
    const [header, ...lines] = json(readFileSync(path, 'utf8'));
    expect(header).toMatchObject({
      recording: 1,
      session: expect.stringMatching(/^sess_/),
      seed: null,
      hidden: ['key', 'media'],
    });
    const expected = framesOf('tool-round').map(({ from, time, event }) => ({
      from,
      at: time - header.started_at,
      event,
    }));
    expect(lines.map(({ from, at, event }) => ({ from, at: Math.round(at), event }))).toEqual(expected);
    expect((await run(['check', path])).code).toBe(0);
  });

  it('there and back again is the same', async () => {
    const log = await run(['convert', '--to', 'log', golden('tool-round')]);
    expect(log.stdout).toBe(FOREIGN['time, source, event']?.('tool-round'));
    const events = await run(['convert', '--to', 'events', golden('tool-round')]);
    expect(events.stdout).toBe(FOREIGN['bare events']?.('tool-round'));
    const back = await run(['convert', '-'], { input: log.stdout });
    expect(await run(['convert', '--to', 'log', '-'], { input: back.stdout })).toEqual(log);
  });

  it('hides audio unless asked not to', async () => {
    const log = '{"type":"input_audio_buffer.append","audio":"SECRETAA"}\n';
    expect((await run(['convert', '-'], { input: log })).stdout).not.toContain('SECRETAA');
    expect((await run(['convert', '--level', 'key', '-'], { input: log })).stdout).toContain('SECRETAA');
  });

  it('says what it left out of a cut file, and that garbage is none', async () => {
    const { code, stdout, stderr } = await run(['convert', cut()]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/skipped 1 unreadable lines\n$/)]);
    expect((await run(['check', file('rest.jsonl', stdout)])).stdout).toContain('no violations');
    const none = await run(['convert', garbage()]);
    expect([none.code, none.stdout]).toEqual([1, '']);
  });
});
