// Public names of @colloquy/session.

export { type AlignedPair, align } from './analysis/align.ts';
export {
  type ClientReplay,
  createClientReplay,
  type ReplayedEvent,
  type ReplayOutcome,
} from './analysis/client-replay.ts';
export {
  compareLanes,
  createFrameLanes,
  type FrameLanes,
  type LaneDifference,
  type PlacedFrame,
} from './analysis/frame-lanes.ts';
export {
  costOf,
  isBilled,
  type ModelPrices,
  PRICED_KINDS,
  type PricedKind,
  type PriceList,
} from './analysis/prices.ts';
export { createSessionSummary, SLOW_MS, type SummaryBuilder, type SummaryOptions } from './analysis/session-summary.ts';
export { createSpeechClock, type SpeechClock } from './analysis/speech-clock.ts';
export { createStopwatch, type Stopwatch, type Timing } from './analysis/timings.ts';
export type { TokenCounts } from './analysis/token-counts.ts';
export { createTotals, type Spread, type Summing, type Totals } from './analysis/totals.ts';
export { type AnswerAudio, createAnswerAudio, type HeardPart, type ReceivedAudio } from './client/answer-audio.ts';
export { createPlaybackClock, type PlaybackClock } from './client/playback-clock.ts';
export { type CurrentResponse, createResponseQueue, type ResponseQueue } from './client/response-queue.ts';
export {
  type Conformance,
  type ConformanceOptions,
  createConformance,
  type LoggedViolation,
} from './conformance/conformance.ts';
export { checkServerFrame } from './conformance/event-rules.ts';
export { RULES, type RuleId, type Violation } from './conformance/rules.ts';
export type {
  ConversationSummary,
  EngineStatus,
  ForkRequest,
  ForkTicket,
  LockedStatus,
  RecordingList,
  RecordingSummary,
  ServerStatus,
  SessionList,
  SessionListEvent,
  SessionSummary,
  WatchToken,
} from './console-api.ts';
export {
  createMirror,
  type Mirror,
  type MirroredSession,
  type MirrorOptions,
  type MirrorPart,
} from './mirror/mirror.ts';
export type { MirrorChange, MirrorIssue, MirrorIssueCode, MirrorTranscription } from './mirror/mirror-state.ts';
export type { AbortSignalLike, ChangeGap, ListenerFault } from './mirror/mirror-subscribe.ts';
export { byteLines } from './recording/byte-lines.ts';
export { type LoggedFrame, loggedFrame, readLogDocument, readLogLine } from './recording/foreign-log.ts';
export { createLogReader, type LogReader, type ReadEntry } from './recording/log-reader.ts';
export { describeForms, describeUnread, type LogReport, type UnreadLine } from './recording/log-report.ts';
export {
  type RawSocket,
  type RecordableSocket,
  type RecordSocketOptions,
  recordSocket,
  type SocketRecording,
} from './recording/record-socket.ts';
export {
  type RecordingEntry,
  type RecordingHeader,
  type RecordingLine,
  readRecording,
  readRecordingLine,
  recordingHeader,
  recordingLine,
  type SentFrame,
  type SnapshotLine,
  type TranslationLine,
} from './recording/recording.ts';
export {
  createRecordingWriter,
  type RecordingWriter,
  type RecordingWriterOptions,
} from './recording/recording-writer.ts';
export { leftOutLine, redactLogEntry } from './recording/redact-log.ts';
export {
  createReplayer,
  describeDifference,
  type Replay,
  type ReplayDifference,
  type Replayer,
  replay,
  restore,
} from './recording/replay.ts';
export { type RestoredState, type RestoreFailure, restoreAt } from './recording/restore-at.ts';
export { createSessionBlocks, type SessionBlock, type SessionBlocks } from './recording/session-blocks.ts';
export { snapshotPieces } from './recording/snapshot-pieces.ts';
export { type TextForm, textBytes } from './recording/text-bytes.ts';
export { type ClientStep, fillPlaceholders, type SpokenTurn } from './scenario/client-script.ts';
export type { ScenarioNote } from './scenario/log-notes.ts';
export { type Moment, momentOf } from './scenario/moment.ts';
export { outlineOf } from './scenario/outline.ts';
export {
  checkScenario,
  Scenario,
  type ScenarioCondition,
  type ScenarioStep,
  type ScenarioTurn,
} from './scenario/scenario.ts';
export {
  type LogScenario,
  type ScenarioOfLog,
  type ScenarioOfLogOptions,
  scenarioOfLog,
} from './scenario/scenario-of-log.ts';
export { scenarioText } from './scenario/scenario-text.ts';
export { cutDeltas, splitWords } from './scenario/split-words.ts';
export { type TestRunner, testText } from './scenario/test-text.ts';
export { itemById, items } from './step/conversation.ts';
export { createSession, type SessionOptions } from './step/create-session.ts';
export type { EngineEvent, NeutralTool, ResponseConfig, ResponseRequest } from './step/engine-event.ts';
export { historyOf, settingsOf } from './step/fork.ts';
export type { HistoryItem } from './step/history.ts';
export type { IdSeed } from './step/ids.ts';
export type {
  Effect,
  HostEvent,
  Input,
  ListedTool,
  MediaEvent,
  PlaybackEvent,
  SpeechEvent,
  SpeechSettings,
  ToolsEvent,
} from './step/input.ts';
export { deadline } from './step/lifetime.ts';
export { lockedField, sessionObject } from './step/session-config.ts';
export type { SessionConfig, SessionDefaults, SessionKind, SessionLimits, SessionState } from './step/state.ts';
export { type Step, step } from './step/step.ts';
export type { Speaking } from './step/voice-support.ts';
export {
  stepTranslation,
  TRANSLATION_FRAME_BYTES,
  TRANSLATION_FRAME_MS,
  type TranslationStep,
  translationDeadline,
} from './translation/translation.ts';
export {
  createTranslation,
  type TranslationEffect,
  type TranslationInput,
  type TranslationLimits,
  type TranslationOptions,
  type TranslationSettings,
  type TranslationState,
  type TranslatorEvent,
  type TranslatorProgress,
  translationObject,
} from './translation/translation-state.ts';
