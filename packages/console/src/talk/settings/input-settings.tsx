// Input settings: turn detection beside the live level, noise reduction, transcription.

import { useRef } from 'preact/hooks';
import type { Talk } from '../talk.ts';
import type { Eagerness, NoiseReduction, TurnDetection } from '../talk-settings.ts';
import { useLevel } from '../use-level.ts';
import { Choice, Slider, Suggested } from './fields.tsx';

const DETECTIONS: Readonly<Record<TurnDetection, string>> = {
  none: 'none: push to talk',
  server_vad: 'server_vad: silence',
  semantic_vad: 'semantic_vad: meaning',
};
const EAGERNESS: Readonly<Record<Eagerness, string>> = {
  auto: 'auto',
  low: 'low: lets the user take their time',
  medium: 'medium',
  high: 'high: answers soon',
};
const NOISE: Readonly<Record<NoiseReduction, string>> = {
  none: 'off',
  near_field: 'near_field: headset',
  far_field: 'far_field: laptop, room',
};

export function InputSettings({ talk }: { talk: Talk }) {
  const { settings } = talk;
  const detection = settings.turnDetection;
  return (
    <fieldset class="setting-group" aria-label="Input">
      <h3>Input</h3>
      <Choice<TurnDetection>
        label="Turn detection"
        name="audio.input.turn_detection"
        value={detection.value}
        choices={DETECTIONS}
        choose={(value) => {
          detection.value = value;
        }}
      />
      {detection.value === 'server_vad' && (
        <>
          <Slider
            {...{ label: 'Threshold', name: 'threshold', value: settings.threshold, initial: 0.5 }}
            {...{ min: 0, max: 1, step: 0.05 }}
          />
          <LevelMeter talk={talk} />
          <Slider
            {...{ label: 'Silence', name: 'silence_duration_ms', value: settings.silenceMs, initial: 500 }}
            {...{ min: 100, max: 2000, step: 50, unit: ' ms' }}
          />
          <Slider
            {...{ label: 'Prefix padding', name: 'prefix_padding_ms', value: settings.prefixMs, initial: 300 }}
            {...{ min: 0, max: 1000, step: 50, unit: ' ms' }}
          />
        </>
      )}
      {detection.value === 'semantic_vad' && (
        <Choice<Eagerness>
          label="Eagerness"
          name="eagerness"
          value={settings.eagerness.value ?? 'auto'}
          choices={EAGERNESS}
          choose={(value) => {
            settings.eagerness.value = value;
          }}
        />
      )}
      <Choice<NoiseReduction>
        label="Noise reduction"
        name="audio.input.noise_reduction"
        value={settings.noiseReduction.value ?? 'none'}
        choices={NOISE}
        choose={(value) => {
          settings.noiseReduction.value = value;
        }}
      />
      <label class="check" title="audio.input.transcription">
        <input
          type="checkbox"
          checked={settings.transcribe.value}
          onChange={({ currentTarget }) => {
            settings.transcribe.value = currentTarget.checked;
          }}
        />
        Transcribe input
      </label>
      {settings.transcribe.value && (
        <div class="field-pair">
          <Suggested
            {...{ id: 'transcriber', label: 'Transcription model', name: 'audio.input.transcription.model' }}
            value={settings.transcriptionModel}
            known={['whisper-1', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe']}
          />
          <Suggested
            {...{ id: 'language', label: 'Language', name: 'audio.input.transcription.language', placeholder: 'any' }}
            value={settings.language}
            known={['en', 'de', 'es', 'fr', 'it', 'ja', 'pt', 'zh']}
          />
        </div>
      )}
    </fieldset>
  );
}

/** The level now, on the scale of the slider above. */
function LevelMeter({ talk }: { talk: Talk }) {
  const meter = useRef<HTMLMeterElement>(null);
  const { microphone } = talk.voice;
  useLevel(talk, (share) => {
    if (meter.current) meter.current.value = share;
  });
  if (microphone.value === 'off' || microphone.value === 'asking')
    return <p class="hint">Open the microphone to see its level here.</p>;
  return <meter ref={meter} class="level" min={0} max={1} aria-label="Input level" />;
}
