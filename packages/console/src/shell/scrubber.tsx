// Time travel: selects the moment of a log that every view shows.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { playedOn, stepped } from '../log/playing.ts';
import { countOf, type Viewing } from '../sources/viewing.ts';
import { useShortcuts } from './shortcuts.ts';

export function Scrubber({ app, viewing }: { app: AppState; viewing: Viewing }) {
  const { log, upTo, status } = viewing;
  const count = countOf(viewing);
  const total = log.rows.length;
  const isPast = upTo.value !== undefined;
  const isLive = status.value.state === 'live';
  const [isPlaying, setPlaying] = usePlaying(viewing);
  /** The end of a log that is over is all of it; of one that goes on, a moment like any other. */
  const show = (to: number) => {
    upTo.value = to >= total && !isLive ? undefined : to;
  };
  const updateAddress = () => app.mark(upTo.value === undefined ? undefined : log.rows[upTo.value - 1]?.line);
  const go = (to: number) => {
    setPlaying(false);
    show(to);
    updateAddress();
  };
  const all = () => {
    setPlaying(false);
    upTo.value = undefined;
    updateAddress();
  };
  const play = () => {
    // From the end there is nothing to play but all of it again.
    if (!isPlaying && count >= total) upTo.value = 0;
    if (isPlaying) updateAddress();
    setPlaying(!isPlaying);
  };
  useShortcuts('Time travel', [
    { key: 'k', label: 'play or stop', run: play },
    { key: ',', label: 'step back', run: () => go(stepped(log.rows, count, -1)) },
    { key: '.', label: 'step forward', run: () => go(stepped(log.rows, count, 1)) },
    { key: 'l', label: isLive ? 'now' : 'the whole log', run: all },
  ]);
  if (total === 0) return null;
  const last = log.rows[count - 1];
  const when = typeof last?.at === 'number' ? `, ${(last.at / 1000).toFixed(2)} s` : '';
  const label = last ? `line ${last.line} of ${log.rows[total - 1]?.line}${when}` : 'before line 1';
  return (
    <fieldset class="scrubber" aria-label="Time travel" data-past={isPast || undefined}>
      <button
        type="button"
        aria-label="Step back"
        title="A step back (,)"
        onClick={() => go(stepped(log.rows, count, -1))}
      >
        ‹
      </button>
      <button type="button" title="Play at original speed (k)" onClick={play}>
        {isPlaying ? 'Stop' : 'Play'}
      </button>
      <button
        type="button"
        aria-label="Step forward"
        title="A step on (.)"
        onClick={() => go(stepped(log.rows, count, 1))}
      >
        ›
      </button>
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={label}
        min={0}
        max={total}
        value={count}
        onInput={({ currentTarget }) => {
          setPlaying(false);
          show(Number(currentTarget.value));
        }}
        onChange={updateAddress}
      />
      <output>{label}</output>
      <button type="button" disabled={!isPast} title={`${isLive ? 'Now' : 'The whole log'} (l)`} onClick={all}>
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
