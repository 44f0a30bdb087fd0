// The test call of the doctor, against the media thread: what it reports when the connection is not the one of the answer.

import { buildBefore } from '@support/build-before.ts';
import { CALL_SETTINGS } from '@support/media-plane.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  openThreadMediaPlane,
  type ThreadMediaPlane,
} from '../../packages/server/src/transports/webrtc/thread-media-plane.ts';

const NOBODYS = `sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`;

let plane: ThreadMediaPlane;
buildBefore('packages');
beforeAll(async () => {
  plane = openThreadMediaPlane({ settings: CALL_SETTINGS, onError: () => {}, onSkip: () => {} });
  expect(await plane.ready).toBe(true);
});
afterAll(() => plane.close());

it('[CL11] names the handshake when the server has another certificate than its answer says', async () => {
  const caller = plane.testCaller();
  const { answer, audio } = await plane.open(await caller.offer());
  const forged = answer.replace(/^a=fingerprint:.*$/gm, `a=fingerprint:${NOBODYS}`);
  expect(await caller.run(forged, audio)).toMatchObject({
    stage: 'call',
    ok: false,
    problem: 'no_dtls',
    open_ms: null,
  });
  caller.close();
  audio.close();
  await audio.ended;
});

it('[WR16] never opens a call for a client with another certificate than its offer says, and carries on with others', async () => {
  const [stranger, guest] = [plane.testCaller(), plane.testCaller()];
  const offer = await stranger.offer();
  const { answer, audio } = await plane.open({
    ...offer,
    transport: { ...offer.transport, fingerprint: NOBODYS },
  } as typeof offer);
  const hasOpened = Promise.race([audio.opened.then(() => 'open'), audio.ended]);
  const other = await plane.open(await guest.offer());
  const report = stranger.run(answer, audio);
  expect(await guest.run(other.answer, other.audio)).toMatchObject({ open_ms: expect.any(Number) });
  expect(await hasOpened).toBe('failed');
  stranger.close();
  guest.close();
  expect(await report).toMatchObject({ ok: false, open_ms: null });
});
