import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ProblemNotice } from '../pieces/notice';
import { mayComeBack } from './query-client';

const againEveryMs = 5_000;

/** In place of the whole console, where not even the session could be asked for: it is asked for again, by itself or by hand. */
export function PageFault({ error }: { error: unknown }) {
  const router = useRouter();
  const comesBack = mayComeBack(error);
  useEffect(() => {
    if (!comesBack) return;
    const timer = setInterval(() => void router.invalidate(), againEveryMs);
    return () => clearInterval(timer);
  }, [router, comesBack]);
  return <ProblemNotice error={error} retry={() => void router.invalidate()} />;
}
