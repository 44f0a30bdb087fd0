import { describe, expect, it } from 'vitest';
import { readCallStatistics, statisticsText } from './call-statistics.ts';

const PAIR = { id: 'CP1', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.0034 };
const OPUS = { id: 'CIT01_111', type: 'codec', mimeType: 'audio/opus' };
const RECEIVED = {
  ...{ id: 'IT01A1', type: 'inbound-rtp', kind: 'audio', codecId: 'CIT01_111' },
  ...{ packetsLost: 5, packetsReceived: 995, jitter: 0.002 },
};

describe('[CO76] the statistics of a call', () => {
  it('are codec, round trip, loss and jitter', () => {
    const statistics = readCallStatistics([{ id: 'P', type: 'peer-connection' }, PAIR, OPUS, RECEIVED]);
    expect(statistics).toEqual({ codec: 'opus', roundTripMs: 3, lossPercent: 0.5, jitterMs: 2 });
    expect(statisticsText(statistics)).toBe('WebRTC · opus · RTT 3 ms · loss 0.5 % · jitter 2 ms');
  });

  it('leave out what is not known yet', () => {
    const unused = { ...PAIR, nominated: false };
    expect(statisticsText(readCallStatistics([unused]))).toBe('WebRTC');
    expect(readCallStatistics([{ ...RECEIVED, packetsLost: -2 }])).toMatchObject({ codec: undefined, lossPercent: 0 });
  });
});
