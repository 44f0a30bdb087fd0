// Types of vite's asset imports.

declare module '*.css';

/** The address of a script of its own, for a worklet. */
declare module '*?worker&url' {
  const address: string;
  export default address;
}
