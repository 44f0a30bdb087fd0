// The beta shape of the Realtime API, which the hosted service switched off: pure maps between it and GA, in both directions.
// A beta client at a GA server needs `toGaClientEvent` and `toBetaServerEvents`; a GA client at a beta server the other two.
// The public names of `@colloquy/protocol/beta`, one by one. https://platform.openai.com/docs/guides/realtime

export {
  type BetaClientEvent,
  type BetaItemCreateEvent,
  type BetaResponseCreateEvent,
  type BetaSessionUpdateEvent,
  type BetaTranscriptionSessionUpdateEvent,
  type GaClientEvent,
  isReshaped,
  toGaClientEvent,
} from './beta-client-events.ts';
export {
  BETA_CLIENT_EVENT_TYPES,
  BETA_NAMES,
  BETA_SERVER_EVENT_TYPES,
  type BetaClientEventType,
  type BetaServerEventType,
} from './beta-event-types.ts';
export { toBetaServerFrames, toGaClientFrame } from './beta-frames.ts';
export type { BetaResponseConfig } from './beta-response.ts';
export { type BetaServerEvent, toBetaServerEvents } from './beta-server-events.ts';
export {
  type BetaAudioFormat,
  type BetaSessionConfig,
  type BetaTool,
  type BetaTranscriptionSessionConfig,
  type BetaTurnDetection,
  DEFAULT_TEMPERATURE,
  sessionToBeta,
  sessionToGa,
} from './beta-session.ts';
export { type BetaState, createBetaState, temperatureOf } from './beta-state.ts';
export {
  type BetaUpstreamState,
  createBetaUpstreamState,
  toBetaClientEvent,
  toGaServerEvents,
} from './beta-upstream.ts';
