import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMay } from '../app/session';
import { pastWords as words } from '../words/past';
import { Icon } from './icons';

/** The way from a thing to how it was; for keys that may read the log. */
export function AsItWas({ id }: { id: string }) {
  const may = useMay();
  if (!may('audit') || !may('read')) return null;
  return (
    <Button
      component={Link}
      to="/past"
      search={{ id } as never}
      variant="default"
      size="xs"
      w="fit-content"
      leftSection={<Icon name="clock" size={14} />}
    >
      {words.see}
    </Button>
  );
}
