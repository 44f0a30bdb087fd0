// The phase of a talk for components, kept up to date line by line.

import { useRef } from 'preact/hooks';
import type { FrameLog } from '../log/frame-log.ts';
import type { LogRow } from '../log/log-row.ts';
import type { Talk } from './talk.ts';
import { afterRow, NOTHING_HAPPENED, phaseOf, type TalkPhase, type TalkProgress } from './talk-phase.ts';

export function useTalkPhase({ viewing, voice }: Talk): TalkPhase {
  const { log } = viewing.value;
  void log.version.value;
  const known = useRef<{ log: FrameLog; read: number; progress: TalkProgress } | undefined>(undefined);
  if (known.current?.log !== log) known.current = { log, read: 0, progress: NOTHING_HAPPENED };
  const { current } = known;
  for (; current.read < log.rows.length; current.read++)
    current.progress = afterRow(current.progress, log.rows[current.read] as LogRow);
  return phaseOf(current.progress, {
    microphone: voice.microphone.value,
    isSpeaking: voice.isSpeaking.value,
  });
}
