// The public names of @colloquy/server, one by one.

export { prepareResampler, resampleAll } from './audio/resample.ts';
export {
  type BetaPolicy,
  type BetaTransport,
  type BetaTransportOptions,
  betaTransport,
  withTemperature,
} from './beta-transport.ts';
export type { ClientSecretOptions } from './client-secrets.ts';
export {
  createServer,
  type Listening,
  type RecordingOptions,
  type Server,
  type ServerOptions,
} from './create-server.ts';
export type { Engine, EngineHost } from './engine.ts';
export type { OfferedEngine } from './engine-registry.ts';
export { type CascadeOptions, cascade } from './engines/cascade.ts';
export { type OfflineOptions, offline } from './engines/offline.ts';
export { type ParrotOptions, parrot } from './engines/parrot.ts';
export { parrotTranslator } from './engines/parrot-translator.ts';
export { type ScriptedEngine, scripted } from './engines/scripted.ts';
export { type HostedSession, type HostOptions, hostSession, type Line } from './host-session.ts';
export { type HostedTranslation, hostTranslation, type TranslationHostOptions } from './host-translation.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export { createLog, type Log, type LogFields, type LogLevel } from './log.ts';
export { type OpenVoices, openVoice, openVoices, type Voice, type VoiceOptions } from './open-voice.ts';
export type { ResponseUsage } from './relay-responses.ts';
export { type RelayedSession, type RelayOptions, relaySession } from './relay-session.ts';
export {
  readScenario,
  Scenario,
  type ScenarioCondition,
  type ScenarioStep,
  type ScenarioTurn,
} from './scenario.ts';
export {
  type CascadeConfig,
  type CascadeParts,
  cascadeParts,
  type EndpointConfig,
  readCascadeConfig,
  type SpeakConfig,
  type ThinkConfig,
  type TranscribeConfig,
} from './speech/cascade-config.ts';
export { checkEndpoints, type EndpointProblem, type EndpointReport } from './speech/check-endpoints.ts';
export { checkModels } from './speech/check-models.ts';
export { openFlite } from './speech/flite.ts';
export type { SpeechParts } from './speech/listener.ts';
export { type OfflineThinkerOptions, offlineThinker } from './speech/offline-thinker.ts';
export type { PaceOptions } from './speech/pace.ts';
export { openPocketSphinx, type PocketSphinxOptions } from './speech/pocketsphinx.ts';
export type {
  Availability,
  Detection,
  DetectionOptions,
  Detector,
  Sound,
  Speaker,
  SpeakOptions,
  Thinker,
  ThinkRequest,
  Thought,
  Transcriber,
  Transcript,
  TurnEdge,
  Utterance,
  UtteranceOptions,
} from './speech/ports.ts';
export { openSilero, type SileroOptions } from './speech/silero.ts';
export { readWav, writeWav } from './speech/wav.ts';
export {
  type Access,
  type McpAccess,
  type McpCredentials,
  type McpTarget,
  mcpAccess,
} from './tools/mcp-access.ts';
export { type McpConfig, type McpServerConfig, readMcpConfig } from './tools/mcp-config.ts';
export type { Translator, TranslatorHost } from './translator.ts';
export type { Frame, Transport } from './transport.ts';
export { type MemoryTransport, memoryPair } from './transports/memory.ts';
export { type WebSocketTransportOptions, webSocketTransport } from './transports/websocket.ts';
export {
  type DialOptions,
  dialUpstream,
  type Upstream,
  type UpstreamOptions,
  type UpstreamSettings,
  type UpstreamWanted,
} from './upstream.ts';
export type { WatchPolicy } from './watch-upgrade.ts';
