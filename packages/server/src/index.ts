// The public names of @colloquy/server, one by one.

export { Scenario, type ScenarioCondition, type ScenarioStep, type ScenarioTurn } from '@colloquy/session';
export { prepareResampler, resampleAll } from './audio/resample.ts';
export { readWav, writeWav } from './audio/wav.ts';
export { type AdmissionStore, memoryAdmissionStore, type Reservation } from './auth/admission-store.ts';
export type { ClientSecretOptions } from './auth/client-secrets.ts';
export {
  type ClientSecret,
  type FoundSecret,
  type MemorySecretStoreOptions,
  memorySecretStore,
  type SecretSession,
  type SecretStore,
  type StoredSecret,
  type TranslationConfig,
} from './auth/secret-store.ts';
export { createServer, type Server } from './create-server.ts';
export { type CascadeOptions, cascade } from './engines/cascade.ts';
export type { Engine, EngineHost, EngineOutput } from './engines/engine.ts';
export { type OfflineOptions, offline } from './engines/offline.ts';
export {
  type EngineBundle,
  type EngineBundleOptions,
  type OpenEngines,
  openEngine,
  openEngines,
} from './engines/open-engines.ts';
export { type ParrotOptions, parrot } from './engines/parrot.ts';
export { parrotTranslator } from './engines/parrot-translator.ts';
export { readScenario } from './engines/read-scenario.ts';
export type { OfferedEngine } from './engines/registry.ts';
export { type ScriptedEngine, scripted } from './engines/scripted.ts';
export type { Translator, TranslatorHost, TranslatorOutput } from './engines/translator.ts';
export type { WatchPolicy } from './gateway/watch-upgrade.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export type { Listening } from './listen.ts';
export { createLog, type Log, type LogFields, type LogLevel } from './log.ts';
export type { RecordingOptions, ServerOptions } from './options.ts';
export { readRecordings } from './recordings/read-recordings.ts';
export type { RecordingQuery } from './recordings/recording-list.ts';
export type { Criterion, SessionFilter } from './recordings/session-filter.ts';
export type { ResponseUsage } from './relay/relay-responses.ts';
export { type RelayedSession, type RelayOptions, relaySession } from './relay/relay-session.ts';
export {
  type DialOptions,
  dialUpstream,
  type Upstream,
  type UpstreamOptions,
  type UpstreamSettings,
  type UpstreamWanted,
} from './relay/upstream.ts';
export type { ServiceOptions } from './services.ts';
export { type HostedSession, type HostOptions, hostSession } from './sessions/host-session.ts';
export { type HostedTranslation, hostTranslation, type TranslationHostOptions } from './sessions/host-translation.ts';
export type { Line, LineSink, SessionLine } from './sessions/line-sink.ts';
export type { RecordedOptions, RelayedState, SessionHandle, TransportRole } from './sessions/session-handle.ts';
export {
  type CascadeComponents,
  type CascadeConfig,
  cascadeComponents,
  type EndpointConfig,
  readCascadeConfig,
  type SpeakConfig,
  type ThinkConfig,
  type TranscribeConfig,
} from './speech/http/cascade-config.ts';
export { checkEndpoints, type EndpointReport } from './speech/http/check-endpoints.ts';
export type { EndpointProblem } from './speech/http/endpoint-problem.ts';
export { openFlite } from './speech/offline/flite.ts';
export { type OfflineThinkerOptions, offlineThinker } from './speech/offline/offline-thinker.ts';
export { openPocketSphinx, type PocketSphinxOptions } from './speech/offline/pocketsphinx.ts';
export { openSilero, type SileroOptions } from './speech/offline/silero.ts';
export type { PaceOptions } from './speech/pace.ts';
export type {
  Availability,
  Detection,
  DetectionOptions,
  Detector,
  Sound,
  Speaker,
  SpeakOptions,
  ThinkEvent,
  Thinker,
  ThinkRequest,
  Transcriber,
  Transcript,
  TurnEdge,
  Utterance,
  UtteranceOptions,
} from './speech/ports.ts';
export { checkModels } from './speech/sherpa/check-models.ts';
export type { SpeechComponents } from './speech/speech-input.ts';
export type { Rate } from './token-bucket.ts';
export {
  type Access,
  type McpAccess,
  type McpCredentials,
  type McpTarget,
  mcpAccess,
} from './tools/mcp-access.ts';
export { type McpConfig, type McpServerConfig, readMcpConfig } from './tools/mcp-config.ts';
export {
  type BetaPolicy,
  type BetaTransport,
  type BetaTransportOptions,
  betaTransport,
  withTemperature,
} from './transports/beta.ts';
export { type MemoryTransport, memoryPair } from './transports/memory.ts';
export type { Frame, Transport } from './transports/transport.ts';
export { checkWebRtc, type WebRtcReport } from './transports/webrtc/check-webrtc.ts';
export type { TestCallReport } from './transports/webrtc/test-call.ts';
export type { WebRtcOptions } from './transports/webrtc/webrtc-options.ts';
export { type WebSocketTransportOptions, webSocketTransport } from './transports/websocket.ts';
