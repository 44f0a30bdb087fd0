// Time travel: selects the moment of a log that every view shows.

import { Play, Square, StepBack, StepForward } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { playedOn, stepped } from '../log/playing.ts';
import { IconButton } from '../parts/button.tsx';
import { countOf, type Viewing } from '../sources/viewing.ts';
import { useShortcuts } from './shortcuts.ts';
import { TickMarks } from './tick-marks.tsx';

export function Scrubber({ viewing }: { viewing: Viewing }) {
  const { log, upTo, status, source } = viewing;
  const count = countOf(viewing);
  const total = log.rows.length;
  const isPast = upTo.value !== undefined;
  const { state } = status.value;
  const isLive = state === 'live';
  const [isPlaying, setPlaying] = usePlaying(viewing);
  /** The end of a log that is over is all of it; of one that goes on, a moment like any other. */
  const show = (to: number) => {
    upTo.value = to >= total && !isLive ? undefined : to;
  };
  const go = (to: number) => {
    setPlaying(false);
    show(to);
  };
  const all = () => {
    setPlaying(false);
    upTo.value = undefined;
  };
  const play = () => {
    // From the end there is nothing to play but all of it again.
    if (!isPlaying && count >= total) upTo.value = 0;
    setPlaying(!isPlaying);
  };
  useShortcuts('Time travel', [
    { key: 'k', label: 'play or stop', run: play },
    { key: ',', label: 'step back', run: () => go(stepped(log.rows, count, -1)) },
    { key: '.', label: 'step forward', run: () => go(stepped(log.rows, count, 1)) },
    { key: 'l', label: isLive ? 'now' : 'the whole log', run: all },
  ]);
  // A live log has no need of it until it is used.
  const isIdle = isLive || (state === 'opening' && source.kind === 'talk');
  if (total === 0 || (isIdle && !isPast && !isPlaying)) return null;
  const last = log.rows[count - 1];
  const when = typeof last?.at === 'number' ? `, ${(last.at / 1000).toFixed(2)} s` : '';
  const label = last ? `line ${last.line} of ${log.rows[total - 1]?.line}${when}` : 'before line 1';
  return (
    <fieldset class="scrubber" aria-label="Time travel" data-past={isPast || undefined}>
      <IconButton icon={StepBack} label="Step back" shortcut="," onClick={() => go(stepped(log.rows, count, -1))} />
      <IconButton icon={isPlaying ? Square : Play} label={isPlaying ? 'Stop' : 'Play'} shortcut="k" onClick={play} />
      <IconButton
        icon={StepForward}
        label="Step forward"
        shortcut="."
        onClick={() => go(stepped(log.rows, count, 1))}
      />
      <div class="moments">
        <TickMarks log={log} />
        <input
          type="range"
          aria-label="Moment"
          aria-valuetext={label}
          min={0}
          max={total}
          value={count}
          onInput={({ currentTarget }) => go(Number(currentTarget.value))}
        />
      </div>
      <output>{label}</output>
      <button
        type="button"
        class="quiet"
        disabled={!isPast}
        title={`${isLive ? 'Now' : 'The whole log'} (l)`}
        onClick={all}
      >
        {isLive ? 'Now' : 'All'}
      </button>
    </fieldset>
  );
}

/** Plays on from frame to frame of the screen while it is wished. */
function usePlaying({ log, upTo }: Viewing): [boolean, (isPlaying: boolean) => void] {
  const [isPlaying, setPlaying] = useState(false);
  const before = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (!isPlaying) return;
    let left = 0;
    let frame = requestAnimationFrame(function draw(now) {
      const played = playedOn(log.rows, upTo.peek() ?? log.rows.length, left + now - (before.current ?? now));
      before.current = now;
      left = played.left;
      if (played.count >= log.rows.length) {
        upTo.value = undefined;
        setPlaying(false);
        return;
      }
      if (played.count !== upTo.peek()) upTo.value = played.count;
      frame = requestAnimationFrame(draw);
    });
    return () => {
      before.current = undefined;
      cancelAnimationFrame(frame);
    };
  }, [isPlaying, log, upTo]);
  return [isPlaying, setPlaying];
}
