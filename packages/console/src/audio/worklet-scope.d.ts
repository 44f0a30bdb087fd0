// Types of the worklet scope, as far as the worklets use it.

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

interface Processor extends AudioWorkletProcessor {
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

declare function registerProcessor(name: string, processor: new () => Processor): void;

declare const sampleRate: number;
