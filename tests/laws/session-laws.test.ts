// What is always true of a session, whatever is done to it and in whatever order. `COLLOQUY_SEEDS` sets how many schedules are
// played, `COLLOQUY_SEED` which; a failure prints the one it fell over, as small as it gets.

import type { ClientEvent } from '@colloquy/protocol';
import { createSession, deadline, type Input, items, step } from '@colloquy/session';
import { callActs, playCall } from '@support/call-schedule.ts';
import { type Expected, ReferenceConversation } from '@support/reference-conversation.ts';
import { ReferencePlayback } from '@support/reference-playback.ts';
import { type Played, playSchedule, type Schedule, schedules, server, tell } from '@support/schedule.ts';
import { create, type Frame, type Played as Playing, play, sentIn, texting, user } from '@support/session-harness.ts';
import { watch } from '@support/watcher.ts';
import { checkEmitted } from '@support/wire-rules.ts';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

const seeds = Number(process.env.COLLOQUY_SEEDS ?? 10_000);
const seed = Number(process.env.COLLOQUY_SEED ?? 20_260_901);
const TIMEOUT = 60_000 + seeds * 10;

const law = (numRuns: number, check: (schedule: Schedule) => void) =>
  fc.assert(fc.property(schedules, check), { numRuns, seed });

type Family =
  | 'shapes'
  | 'responses'
  | 'items'
  | 'turns'
  | 'transcripts'
  | 'answers'
  | 'refusals'
  | 'playback'
  | 'afterwards';

/** What is wrong with the frames of a played schedule, by family of rules. */
function problemsOf(schedule: Schedule): Record<Family, string[]> {
  const played = playSchedule(schedule);
  const watcher = watch();
  const playback = new ReferencePlayback();
  const match: Record<Family, string[]> = {
    ...{
      shapes: [],
      responses: [],
      items: [],
      turns: [],
      transcripts: [],
      answers: [],
      refusals: [],
      playback: [],
      afterwards: [],
    },
  };
  const see = (frames: Frame[]) => {
    for (const frame of frames) {
      match.shapes.push(...checkEmitted(frame));
      match[familyOf(frame)].push(...watcher.see(frame));
    }
  };
  for (const [index, effects] of played.effects.entries()) {
    const frames = sentIn(effects);
    see(frames);
    match.answers.push(...answered(played.inputs[index]!, frames, played, index));
    match.refusals.push(...refusals(played, index));
    if (schedule.options.playback)
      match.playback.push(...playback.see(played.inputs[index]!, effects, played.states[index]!));
  }
  try {
    for (const frames of finish(played)) see(frames);
  } catch (error) {
    match.afterwards.push(String(error));
  }
  if (!wasAbandoned(played)) {
    const { responses, items } = watcher.owed();
    match.responses.push(...responses);
    match.items.push(...items);
  }
  return match;
}

function familyOf({ type }: Frame): Family {
  if (type.startsWith('response.')) return 'responses';
  if (type.startsWith('conversation.item.input_audio_transcription.')) return 'transcripts';
  return type.startsWith('input_audio_buffer.') ? 'turns' : 'items';
}

describe(`frames of every schedule (seed ${seed})`, () => {
  const broken = new Set<string>();
  // All schedules are played once; only a family with a problem plays them again, for the smallest schedule that shows it.
  beforeAll(
    () =>
      law(seeds, (schedule) => {
        for (const [family, problems] of Object.entries(problemsOf(schedule)))
          if (problems.length > 0) broken.add(family);
      }),
    TIMEOUT,
  );
  const holds = (family: Family) => () => {
    if (!broken.has(family)) return;
    law(seeds, (schedule) => {
      expect(problemsOf(schedule)[family]).toEqual([]);
    });
  };

  it('have the shape and the values their types allow', holds('shapes'), TIMEOUT);
  it(
    '[RS2, RS3, RS4, RS15, RS16, RS18, OB11] responses: begin and end once, in order, done repeats its deltas',
    holds('responses'),
    TIMEOUT,
  );
  it(
    '[OR12, OR16, OB2] items: introduced before they are used, added once, done once, in one place',
    holds('items'),
    TIMEOUT,
  );
  it('[VA2] turns: one at a time, under one item id', holds('turns'), TIMEOUT);
  it('[TX19] transcripts: their deltas, joined, are what they end with', holds('transcripts'), TIMEOUT);
  it('[ER1, ER5, OR17] answers: each client event has its own, and a refusal is one error', holds('answers'), TIMEOUT);
  it(
    '[ER1] refusals: step says which inputs were refused and why, and they change nothing',
    holds('refusals'),
    TIMEOUT,
  );
  it('[WR8, OR15] playback: what a call plays, and says of it, is in its buffer', holds('playback'), TIMEOUT);
  it('[RS2] afterwards: what runs can be cancelled, and a turn works', holds('afterwards'), TIMEOUT);
});

it(
  `[MC6, MC9, MC10, MC11, MC15] no call is made twice, none twice on one approval, none of another tool than was shown (seed ${seed})`,
  () => {
    let free = 0;
    let approved = 0;
    const act = fc.tuple(fc.nat(11), fc.nat(9), fc.nat(9));
    fc.assert(
      fc.property(fc.boolean(), fc.array(act, { minLength: 10, maxLength: 50 }), (allow_unapproved_tools, acts) => {
        const played = play({ ...texting, allow_unapproved_tools, limits: { refusals: 1000 } });
        const watcher = watch();
        const problems = played.frames.flatMap(watcher.see);
        const hashes = new Map<string, string>();
        const output = new Map<string, string>();
        for (const [what, n, m] of acts) {
          const before = played.effects.length;
          const frames = mcpAct(played, what, n, m, hashes);
          problems.push(...frames.flatMap(watcher.see));
          for (const { item } of frames) {
            const { server_label: label, name, arguments: text } = item ?? {};
            if (item?.type === 'mcp_approval_request') output.set(item.id!, `${label} ${name} ${text}`);
          }
          for (const effect of played.effects.slice(before)) {
            if (effect.do !== 'call_tool') continue;
            const item = played.frames.findLast((frame) => frame.item?.id === effect.item_id)!.item!;
            if (item.approval_request_id === null) {
              expect([effect.name, allow_unapproved_tools]).toEqual(['find', true]);
              free += 1;
              continue;
            }
            const request = item.approval_request_id as string;
            expect(`${effect.server_label} ${effect.name} ${effect.arguments}`).toBe(output.get(request));
            expect(effect.hash).toBe(hashes.get(effect.listing_id));
            output.delete(request);
            approved += 1;
          }
        }
        const made = played.effects.flatMap((effect) => (effect.do === 'call_tool' ? [effect.item_id] : []));
        expect(new Set(made).size).toBe(made.length);
        played.client({ type: 'response.cancel' }).map(watcher.see);
        expect(problems).toEqual([]);
      }),
      { numRuns: Math.ceil(seeds / 5), seed },
    );
    expect(free, 'calls without approval').toBeGreaterThan(seeds / 1000);
    expect(approved, 'approved calls').toBeGreaterThan(seeds / 1000);
  },
  TIMEOUT,
);

/** An engine's call, mostly with its end. */
function ask(played: Playing, name: string, n: number): Frame[] {
  const begun = played.engine(
    { type: 'call', name, server_label: 's' },
    { type: 'arguments.delta', delta: n === 0 ? 'no' : `{"n":${n}}` },
  );
  return [...begun, ...(n % 3 ? played.engine({ type: 'done' }) : [])];
}

/** One act of a session with MCP servers. `hashes` is what each listing was last told. */
function mcpAct(played: Playing, what: number, n: number, m: number, hashes: Map<string, string>): Frame[] {
  const ids = (type: string) => [
    ...new Set(played.frames.flatMap(({ item }) => (item?.type === type ? [item.id as string] : []))),
  ];
  const some = (type: string) => ids(type).at(-1 - (n % 3)) ?? 'none';
  const answering = played.state.responses.length > 0;
  switch (what) {
    case 0:
    case 1: {
      const tools = [[server], [{ ...server, require_approval: { never: { tool_names: ['find'] } } }]][m % 2]!;
      const moved = n === 0 ? tools.map((tool) => ({ ...tool, server_url: `https://${m}.example/mcp` })) : tools;
      return played.client({ type: 'session.update', session: { type: 'realtime', tools: moved } });
    }
    case 2:
    case 3: {
      const item_id = some('mcp_list_tools');
      const hash = n === 9 ? 'second' : 'first';
      const frames = played.tools({
        type: 'listed',
        item_id,
        tools: ['find', 'lend'].map((name) => ({ name, input_schema: {}, hash })),
      });
      if (played.state.mcp.listings.some((listing) => listing.item_id === item_id)) hashes.set(item_id, hash);
      return frames;
    }
    case 4:
    case 5:
    case 6:
      if (!answering) return played.client({ type: 'response.create' });
      return ask(played, m % 2 ? 'find' : 'lend', n);
    case 7:
    case 8:
      return played.client(
        create({ type: 'mcp_approval_response', approval_request_id: some('mcp_approval_request'), approve: m > 1 }),
      );
    case 9:
      return played.tools({ type: 'called', item_id: some('mcp_call'), output: 'ok' });
    case 10:
      return m > 6 ? played.client({ type: 'response.cancel' }) : played.client(create(user('hm')));
    default:
      return played.wait(m === 0 ? 300_000 : 10_000);
  }
}

it(
  `[WR7, WR8, WR11, OR15] a call plays what its buffer holds, each response once, and truncates at what was played (seed ${seed})`,
  () => {
    const counts = new Map<string, number>();
    fc.assert(
      fc.property(callActs, (acts) => {
        const played = playCall(acts);
        const reference = new ReferencePlayback();
        const watcher = watch();
        for (const [index, input] of played.inputs.entries()) {
          const frames = sentIn(played.effects[index]!);
          expect(reference.see(input, played.effects[index]!, played.states[index]!)).toEqual([]);
          expect(frames.flatMap((frame) => [...checkEmitted(frame), ...watcher.see(frame)])).toEqual([]);
          for (const { type } of frames) counts.set(type, (counts.get(type) ?? 0) + 1);
        }
      }),
      { numRuns: Math.ceil(seeds / 5), seed },
    );
    for (const name of ['started', 'stopped', 'cleared'])
      expect(counts.get(`output_audio_buffer.${name}`), name).toBeGreaterThan(seeds / 20);
    expect(counts.get('conversation.item.truncated')).toBeGreaterThan(seeds / 20);
  },
  TIMEOUT,
);

it(
  `[OR19] the same inputs give the same effects, and a snapshot is as good as the state (seed ${seed})`,
  () => {
    law(Math.ceil(seeds / 4), (schedule) => {
      const played = playSchedule(schedule);
      let state = createSession(schedule.options);
      for (const [index, input] of played.inputs.entries()) {
        if (index % 5 === 3) state = JSON.parse(JSON.stringify(state));
        const next = step(state, input);
        expect(JSON.stringify(next.effects)).toBe(JSON.stringify(played.effects[index]));
        state = next.state;
      }
      expect(JSON.stringify(state)).toBe(JSON.stringify(played.state));
    });
  },
  TIMEOUT,
);

it(
  `[CV1, CV5, CV6, CV8, CV10, CV25, CV33, CV35] the conversation is what a list and a few loops make of it (seed ${seed})`,
  () => {
    const act = fc.tuple(fc.nat(9), fc.nat(7), fc.nat(9));
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const played = play({ ...texting, limits: { refusals: 1000 } });
        const reference = new ReferenceConversation();
        const answers = (frames: Frame[]): Expected[] => frames.flatMap(translate);
        for (const [what, n, m] of acts) {
          const id = `i${n}`;
          const previous = [null, '', 'root', `i${m}`, `i${m % 5}`][m % 5]!;
          const call_id = `c${n % 3}`;
          const item = [
            user('hi', id),
            { type: 'function_call', name: 'f', arguments: '', call_id, id },
            { type: 'function_call_output', call_id, output: '', id },
          ][m % 3]!;
          if (what < 5) {
            expect(answers(played.client(create(item, previous)))).toEqual(reference.create(item as never, previous));
          } else if (what < 7) {
            expect(answers(played.client({ type: 'conversation.item.delete', item_id: id }))).toEqual(
              reference.delete(id),
            );
          } else if (what === 7) {
            expect(answers(played.client({ type: 'conversation.item.retrieve', item_id: id }))).toEqual(
              reference.retrieve(id),
            );
          } else if (!reference.isAnswering) {
            played.client({ type: 'response.create' });
            reference.isAnswering = true;
          } else expect(answers(played.client({ type: 'response.cancel' }))).toEqual(reference.finish());
          expect([...items(played.state)].map((item) => item.id)).toEqual(reference.list.map((entry) => entry.id));
        }
      }),
      { numRuns: Math.ceil(seeds / 10), seed },
    );
  },
  TIMEOUT,
);

/** A frame as the reference says it; nothing for those it knows nothing of. */
function translate(frame: Frame): Expected[] {
  if (frame.type === 'error') return [`error ${frame.error.param}`];
  if (!frame.type.startsWith('conversation.item')) return [];
  const after = 'previous_item_id' in frame ? ` after ${frame.previous_item_id}` : '';
  return [`${frame.type} ${frame.item?.id ?? frame.item_id}${after}`];
}

/**
 * The first frame that answers each client event; an append has none, and a create may have to wait. A clear is answered in calls
 * only, see `ReferencePlayback`.
 */
const ANSWERS: Record<ClientEvent['type'], Frame['type'] | null> = {
  'session.update': 'session.updated',
  'input_audio_buffer.append': null,
  'input_audio_buffer.commit': 'input_audio_buffer.committed',
  'input_audio_buffer.clear': 'input_audio_buffer.cleared',
  'conversation.item.create': 'conversation.item.added',
  'conversation.item.retrieve': 'conversation.item.retrieved',
  'conversation.item.truncate': 'conversation.item.truncated',
  'conversation.item.delete': 'conversation.item.deleted',
  'response.create': 'response.created',
  'response.cancel': 'response.done',
  'output_audio_buffer.clear': null,
};

/** What is wrong with the answer to one input: a refusal is one error and nothing else, anything else is answered in kind. */
function answered(input: Input, frames: Frame[], played: Played, index: number): string[] {
  const received = frames.map((frame) => frame.type);
  const isOver = played.effects.slice(0, index).some((effects) => effects.some((effect) => effect.do === 'close'));
  const isGone = played.inputs
    .slice(0, index)
    .some((earlier) => earlier.from === 'host' && earlier.event.type === 'close');
  if (isOver || isGone) return received.length > 0 ? ['something was sent after the end'] : [];
  if (input.from === 'wire') {
    return frames[0]?.error?.event_id === input.event_id && received.filter((type) => type === 'error').length <= 2
      ? []
      : ['a bad frame was not answered by one error'];
  }
  if (input.from !== 'client') return [];
  const { type, event_id = null } = input.event;
  const errors = frames.filter((frame) => frame.type === 'error' && frame.error.event_id === event_id);
  if (received[0] === 'error' && errors.length > 0) {
    const isLast = played.effects[index]!.some((effect) => effect.do === 'close');
    return received.length === 1 || isLast ? [] : [`${type}: refused, and more than one frame`];
  }
  const wanted: Frame['type'] | null = ANSWERS[type];
  if (type === 'output_audio_buffer.clear') return played.options.playback ? [] : [`${type}: not refused`];
  if (wanted === null) return received.length === 0 ? [] : [`${type}: an answer where there is none`];
  if (type === 'conversation.item.create' && received.length === 0) return [];
  return received.includes(wanted) ? [] : [`${type}: not answered`];
}

/** What a refused input may still change: the time, the ids drawn, the count of refusals. */
const COUNTERS = new Set(['at', 'ids', 'refusals']);

/** What is wrong with what `step` says of one input: `refused` if and only if the event had no effect but its one `error`. */
function refusals({ inputs, effects, refused, states, options }: Played, index: number): string[] {
  const input = inputs[index]!;
  const issue = refused[index]!;
  const before = states[index - 1] ?? createSession(options);
  const after = states[index]!;
  const frames = sentIn(effects[index]!);
  const isAlive = before.phase === 'open' || before.phase === 'draining';
  if (!isAlive || (input.from !== 'client' && input.from !== 'wire')) {
    return issue === null ? [] : [`${input.from}: refused, though nothing was asked`];
  }
  const event_id = (input.from === 'wire' ? input.event_id : input.event.event_id) ?? null;
  if (issue === null) {
    if (input.from === 'wire') return ['a bad frame was accepted'];
    const isAnswered =
      ANSWERS[input.event.type] === null || frames.some(({ type }) => type === ANSWERS[input.event.type]);
    const waits = input.event.type === 'conversation.item.create' && after.deferred.length > before.deferred.length;
    return isAnswered || waits ? [] : [`${input.event.type}: neither refused nor answered`];
  }
  const problems: string[] = [];
  const [first, ...others] = frames;
  const { code, param, message } = issue;
  const isTold = first?.type === 'error' && sameJson(first.error, { ...first.error, code, param, message, event_id });
  if (!isTold) problems.push('a refusal whose error says something else');
  const hasEnded = after.phase === 'closed';
  if (!hasEnded && (others.length > 0 || effects[index]!.length > 1)) problems.push('a refusal with further effects');
  const changed = Object.keys(after).filter((key) => !sameJson(before[key as never], after[key as never]));
  if (!hasEnded && changed.some((key) => !COUNTERS.has(key))) problems.push(`a refusal that changed ${changed}`);
  if (after.refusals.at(-1) !== after.at) problems.push('a refusal that was not counted');
  return problems;
}

const sameJson = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);

function wasAbandoned({ inputs }: Played): boolean {
  return inputs.some((input) => input.from === 'host' && input.event.type === 'close');
}

/** Shows that the session still lives, unless it has ended: everything running is cancelled, then a turn works. */
function* finish(played: Played): Generator<Frame[]> {
  const client = (event: object) =>
    sentIn(tell(played, { at: played.state.at, from: 'client', event: event as ClientEvent }));
  const due = deadline(played.state);
  if (due === undefined) {
    expect(client({ type: 'response.create' })).toEqual([]);
    return;
  }
  for (const { item_id, status } of played.state.mcp.listings) {
    const at = played.state.at;
    if (status === 'in_progress')
      yield sentIn(tell(played, { at, from: 'tools', event: { type: 'list_failed', item_id } }));
  }
  for (;;) {
    const [running] = played.state.responses;
    if (!running) break;
    yield client({ type: 'response.cancel', response_id: running.id });
  }
  if (played.state.phase !== 'open' || played.state.kind !== 'realtime') return;
  const frames = client({
    type: 'response.create',
    response: { conversation: 'none', input: [], max_output_tokens: 'inf' },
  });
  yield frames;
  const response_id = frames[0]!.response.id;
  for (const event of [{ type: 'text.delta', delta: 'alive' } as const, { type: 'done' } as const]) {
    const text = sentIn(tell(played, { at: played.state.at, from: 'engine', response_id, event }));
    yield text;
    if (event.type === 'done')
      expect(text.find((frame) => frame.type === 'response.done')!.response.status).toBe('completed');
  }
}
