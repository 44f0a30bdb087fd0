// Parts of the page that are loaded after the first picture, so that it comes sooner.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ErrorState, Skeleton } from './states.tsx';

const waiting: (() => Promise<unknown>)[] = [];

/** A component that shows a skeleton until its code is there. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  let loading: Promise<void> | undefined;
  /** Asked once; again after it failed. */
  const request = () => {
    loading ??= load().then(
      (component) => {
        loaded = component;
      },
      () => {
        loading = undefined;
      },
    );
    return loading;
  };
  waiting.push(request);

  return function Lazy(props: P) {
    const [hasFailed, setFailed] = useState(false);
    const [, redraw] = useState(0);
    const isDrawn = loaded !== undefined;
    useEffect(() => {
      if (isDrawn) return;
      // `loadRest` may have loaded it since the skeleton was drawn: then the answer is there at once.
      void request().then(() => {
        setFailed(loaded === undefined);
        redraw((count) => count + 1);
      });
    }, []);
    if (loaded) {
      const Component = loaded;
      return <Component {...props} />;
    }
    if (hasFailed) return <ErrorState title="This part of the page could not be loaded: the server does not answer." />;
    return <Skeleton />;
  };
}

/** Loads all that is lazy once the page has nothing else to do, so that everything is there if the server goes away. */
export function loadRest(): void {
  const load = () => {
    for (const request of waiting.splice(0)) void request();
  };
  if ('requestIdleCallback' in globalThis) requestIdleCallback(load, { timeout: 2000 });
  else setTimeout(load, 500);
}
