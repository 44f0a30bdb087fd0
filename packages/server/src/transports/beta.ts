// Beta bridge: a transport that speaks beta to its client and GA to the session. Mappings: `@colloquy/protocol/beta`.

import { createBetaState, temperatureOf, toBetaServerFrames, toGaClientFrame } from '@colloquy/protocol/beta';
import { offeredProtocols, type RequestHead } from '../auth/request-head.ts';
import { isBetaAddress } from '../auth/session-request.ts';
import type { Engine } from '../engines/engine.ts';
import { refusal } from '../http/refusals.ts';
import { withAudio } from './sliced-frame.ts';
import type { Frame, Transport } from './transport.ts';

/** Whether beta clients are served or refused [BT2]. @default 'refuse' */
export type BetaPolicy = 'serve' | 'refuse';

/** Whether a handshake selects the beta dialect: by `OpenAI-Beta: realtime=v1`, the subprotocol browsers have instead, or Azure's beta address [BT1]. */
export const asksForBeta = (head: RequestHead): boolean =>
  head.all('openai-beta').some((value) => value.split(',').some((each) => each.trim() === 'realtime=v1')) ||
  offeredProtocols(head).includes('openai-beta.realtime-v1') ||
  isBetaAddress(head.target);

/** Refusal of a beta client, sent after the upgrade as the hosted service does [BT2, ER49]. */
export const BETA_REFUSED = refusal(
  'beta_api_shape_disabled',
  'The Realtime Beta API is not served here. Use the GA shape, without the beta header or subprotocol.',
);

export interface BetaTransportOptions {
  /** Announces the conversation under this id right after `session.created`. Some clients break on it [BT5]. */
  conversation_id?: string;
  /** Temperature of responses until the client sets one. @default DEFAULT_TEMPERATURE */
  temperature?: number | undefined;
}

export interface BetaTransport extends Transport {
  /** Temperature of a response: its own, else that of the session [BT7]. */
  temperatureOf(response_id: string): number;
}

/** Wraps `transport`: its client speaks beta, the returned transport speaks GA. */
export function betaTransport(transport: Transport, options: BetaTransportOptions = {}): BetaTransport {
  let state = createBetaState(options);
  return {
    kind: transport.kind,
    // Not a generator: leaving a loop over a generator ends it.
    frames: {
      [Symbol.asyncIterator]: () => {
        const frames = transport.frames[Symbol.asyncIterator]();
        return {
          async next(): Promise<IteratorResult<Frame, undefined>> {
            const read = await frames.next();
            if (read.done) return { done: true, value: undefined };
            const mapped = toGaClientFrame(state, read.value);
            state = mapped.state;
            return { done: false, value: mapped.frame };
          },
        };
      },
    },
    get bufferedBytes() {
      return transport.bufferedBytes;
    },
    get isOpen() {
      return transport.isOpen;
    },
    send(frame) {
      if (frame instanceof Uint8Array) return transport.send(frame);
      const isText = typeof frame === 'string';
      const mapped = toBetaServerFrames(state, isText ? frame : frame.text);
      state = mapped.state;
      for (const each of mapped.frames) transport.send(isText ? each : withAudio(each, frame.audio));
    },
    close: (code, reason) => transport.close(code, reason),
    drop: () => transport.drop(),
    temperatureOf: (response_id) => temperatureOf(state, response_id),
  };
}

/** Passes the temperature of a beta response to the engine, because GA sessions have none [BT7]. */
export const withTemperature = (engine: Engine, transport: BetaTransport): Engine => ({
  ...engine,
  respond: (request, host) => {
    const temperature = transport.temperatureOf(request.response_id);
    return engine.respond({ ...request, config: { ...request.config, temperature } }, host);
  },
});
