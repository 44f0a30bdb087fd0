// What a browser knows about a call, read from its statistics.

export interface CallStatistics {
  /** As `opus` or `PCMU`; `undefined` before the first audio. */
  readonly codec: string | undefined;
  readonly roundTripMs: number | undefined;
  /** Of the packets sent to this page, from 0 to 100. */
  readonly lossPercent: number | undefined;
  /** How unevenly packets come. */
  readonly jitterMs: number | undefined;
}

/** The fields that are read; any may be missing. */
interface StatisticsEntry {
  readonly id: string;
  readonly type: string;
  readonly kind?: string;
  readonly codecId?: string;
  readonly mimeType?: string;
  readonly packetsLost?: number;
  readonly packetsReceived?: number;
  readonly jitter?: number;
  readonly nominated?: boolean;
  readonly currentRoundTripTime?: number;
}

/** Reads the values of an `RTCStatsReport`. */
export function readCallStatistics(entries: Iterable<StatisticsEntry>): CallStatistics {
  const all = [...entries];
  const received = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
  const pair = all.find(
    ({ type, nominated, currentRoundTripTime }) =>
      type === 'candidate-pair' && nominated === true && currentRoundTripTime !== undefined,
  );
  const codec = all.find(({ id }) => id === received?.codecId);
  return {
    codec: codec?.mimeType?.replace('audio/', ''),
    roundTripMs: msOf(pair?.currentRoundTripTime),
    lossPercent: lossOf(received?.packetsLost, received?.packetsReceived),
    jitterMs: msOf(received?.jitter),
  };
}

const msOf = (seconds: number | undefined) => (seconds === undefined ? undefined : Math.round(seconds * 1000));

function lossOf(lost: number | undefined, received: number | undefined): number | undefined {
  if (lost === undefined || !received) return undefined;
  // Packets that came twice count as found again.
  return Math.round((Math.max(0, lost) / (Math.max(0, lost) + received)) * 1000) / 10;
}

/** `WebRTC · opus · RTT 3 ms · loss 0 % · jitter 2 ms`: what is not known is left out. */
export function statisticsText({ codec, roundTripMs, lossPercent, jitterMs }: CallStatistics): string {
  return [
    'WebRTC',
    codec,
    roundTripMs !== undefined && `RTT ${roundTripMs} ms`,
    lossPercent !== undefined && `loss ${lossPercent} %`,
    jitterMs !== undefined && `jitter ${jitterMs} ms`,
  ]
    .filter(Boolean)
    .join(' · ');
}
