// The public names of @colloquy/session, one by one.

export { type AlignedPair, align } from './align.ts';
export { byteLines } from './byte-lines.ts';
export { type ClientReplay, createClientReplay, type ReplayedEvent, type ReplayOutcome } from './client-replay.ts';
export { type Conformance, type ConformanceOptions, createConformance, type LoggedViolation } from './conformance.ts';
export type {
  EngineStatus,
  LockedStatus,
  LookToken,
  RecordingList,
  RecordingSummary,
  ServerStatus,
  SessionList,
  SessionListEvent,
  SessionSummary,
} from './console-api.ts';
export { itemById, items } from './conversation.ts';
export { createSession, type SessionOptions } from './create-session.ts';
export type { EngineEvent, NeutralTool, ResponseConfig, ResponseRequest } from './engine-event.ts';
export { type LoggedFrame, loggedFrame, readLogDocument, readLogLine } from './foreign-log.ts';
export { createFrameLanes, type FrameLanes, type LaneDifference, type PlacedFrame } from './frame-lanes.ts';
export { checkServerFrame } from './frame-rules.ts';
export type { IdSeed } from './ids.ts';
export type { Effect, HostEvent, Input, ListedTool, SpeechEvent, ToolsEvent } from './input.ts';
export { deadline } from './lifetime.ts';
export { createLogReader, type LogReader, type ReadEntry } from './log-reader.ts';
export { describeForms, describeUnread, type LogReport, type UnreadLine } from './log-report.ts';
export { createMirror, type Mirror, type MirroredSession, type MirrorOptions, type MirrorPart } from './mirror.ts';
export type { MirrorChange, MirrorIssue, MirrorIssueCode, MirrorTranscription } from './mirror-state.ts';
export type { AbortSignalLike, ChangeGap, ListenerFault } from './mirror-subscribe.ts';
export { costOf, isBilled, type ModelPrices, PRICED_KINDS, type PricedKind, type PriceList } from './prices.ts';
export {
  type RawSocket,
  type RecordableSocket,
  type RecordSocketOptions,
  recordSocket,
  type SocketRecording,
} from './recorder.ts';
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
} from './recording.ts';
export { createRecordingWriter, type RecordingWriter, type RecordingWriterOptions } from './recording-writer.ts';
export { leftOutLine, redactLogEntry } from './redact-log.ts';
export {
  createReplayer,
  describeDifference,
  type Replay,
  type ReplayDifference,
  type Replayer,
  replay,
  restore,
} from './replay.ts';
export { RULES, type RuleId, type Violation } from './rules.ts';
export { createSessionBlocks, type SessionBlock, type SessionBlocks } from './session-blocks.ts';
export { lockedField, sessionObject } from './session-config.ts';
export { snapshotPieces } from './snapshot-pieces.ts';
export type { Speaking } from './speaking.ts';
export type { SessionConfig, SessionDefaults, SessionKind, SessionLimits, SessionState } from './state.ts';
export { type Step, step } from './step.ts';
export { type TextForm, textBytes } from './text-bytes.ts';
export { createStopwatch, type Stopwatch, type Timing, type TokenCounts } from './timings.ts';
export {
  stepTranslation,
  TRANSLATION_FRAME_BYTES,
  TRANSLATION_FRAME_MS,
  type TranslationStep,
  translationDeadline,
} from './translation.ts';
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
} from './translation-state.ts';
