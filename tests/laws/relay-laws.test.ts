// What is always true of a relayed session, whatever its client, its upstream, its host and the clock do, in whatever order.
// `COLLOQUY_SEEDS` sets how many schedules are played, `COLLOQUY_SEED` which.

import { PlayedRelay, type RelaySchedule, relaySchedules } from '@support/relay-schedule.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRelayState, type RelayState, relayDeadline } from '../../packages/server/src/relay/relay-state.ts';
import { stepRelay } from '../../packages/server/src/relay/relay-step.ts';

const LOST = { type: 'upstream_closed', code: 1006, reason: '' } as const;
const seeds = Math.ceil(Number(process.env.COLLOQUY_SEEDS ?? 10_000) / 40);
const seed = Number(process.env.COLLOQUY_SEED ?? 20_260_901);
const TIMEOUT = 60_000 + seeds * 200;

const law = (check: (schedule: RelaySchedule) => void) => () =>
  fc.assert(fc.property(relaySchedules, check), { numRuns: seeds, seed });

/** The events the client receives. */
const sent = (played: PlayedRelay) => played.effects.flatMap((effect) => (effect.do === 'send' ? [effect.event] : []));

/** How often each id occurs. */
function tally(ids: Iterable<string | null | undefined>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) if (id) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

const responseIds = (played: PlayedRelay, type: 'response.created' | 'response.done') =>
  tally(sent(played).flatMap((event) => (event.type === type ? [event.response.id] : [])));

/** Errors that name an event, by its name. */
const errorsByName = (played: PlayedRelay) =>
  tally(sent(played).flatMap((event) => (event.type === 'error' ? [event.error.event_id] : [])));

describe(`every schedule of a relay (seed ${seed})`, () => {
  it(
    '[RL6] closes at most once, and does nothing afterwards',
    law((schedule) => {
      const played = new PlayedRelay(schedule);
      played.finish();
      const closes = played.effects.flatMap((effect, index) => (effect.do === 'close' ? [index] : []));
      expect(closes.length).toBeLessThanOrEqual(1);
      if (closes.length > 0) expect(closes).toEqual([played.effects.length - 1]);
      expect(played.state.isOver).toBe(closes.length === 1);
    }),
    TIMEOUT,
  );

  it(
    '[OR19] gives the same effects for the same inputs, and leaves an earlier state as it was',
    law((schedule) => {
      const { config, steps } = new PlayedRelay(schedule);
      // What a state knows shows when its upstream is lost: every running response is ended with what it said so far.
      const probe = (state: RelayState) => stepRelay(state, { at: 0, from: 'host', event: LOST }).effects;
      let state = createRelayState(config);
      const seen = steps.map(({ input, effects }) => {
        const before = { state, probe: probe(state) };
        const again = stepRelay(state, input);
        expect(again.effects).toEqual(effects);
        state = again.state;
        return before;
      });
      for (const before of seen) expect(probe(before.state)).toEqual(before.probe);
    }),
    TIMEOUT,
  );

  it(
    '[RL6, RL7, RL12] ends every response the client knows of exactly once',
    law((schedule) => {
      const played = new PlayedRelay(schedule);
      played.finish();
      const done = responseIds(played, 'response.done');
      for (const count of done.values()) expect(count).toBe(1);
      if (!wasCutOff(played))
        expect([...done.keys()].sort()).toEqual([...responseIds(played, 'response.created').keys()].sort());
    }),
    TIMEOUT,
  );

  it(
    '[RL7] answers every forwarded response.create once: by a response, or by an error that names it',
    law((schedule) => {
      const played = new PlayedRelay(schedule);
      played.finish();
      const request = played.effects.flatMap((effect) =>
        effect.do === 'forward' && effect.event.type === 'response.create' ? [effect.event.event_id as string] : [],
      );
      const errors = errorsByName(played);
      for (const id of request) expect(errors.get(id) ?? 0).toBeLessThanOrEqual(1);
      if (played.state.isOver) return;
      const failed = request.filter((id) => errors.has(id)).length;
      expect(failed + responseIds(played, 'response.created').size).toBe(request.length);
    }),
    TIMEOUT,
  );

  it(
    '[AU24] forwards nothing of the client before the session is configured',
    law((schedule) => {
      const { effects } = new PlayedRelay(schedule);
      const accepted = effects.findIndex((effect) => effect.do === 'accept');
      const forwarded = effects.findIndex((effect) => effect.do === 'forward');
      expect(effects.filter((effect) => effect.do === 'accept').length).toBeLessThanOrEqual(1);
      if (forwarded >= 0) expect(accepted).toBeLessThan(forwarded);
    }),
    TIMEOUT,
  );

  it(
    '[RL5, RL7] is told the time no second time for the same moment',
    law((schedule) => {
      const { steps } = new PlayedRelay(schedule);
      for (const { before, input } of steps) {
        if (input.from !== 'clock') continue;
        expect(input.at).toBeGreaterThanOrEqual(relayDeadline(before));
        expect(relayDeadline(stepRelay(before, input).state)).toBeGreaterThan(input.at);
      }
    }),
    TIMEOUT,
  );
});

/** Whether running responses were left as they stood: the client has gone or was refused, or the fault is ours. */
function wasCutOff(played: PlayedRelay): boolean {
  const last = played.effects.at(-1);
  if (last?.do !== 'close') return false;
  return last.code !== 1001 && last.reason !== 'The connection to the upstream was lost.';
}
