import { ActionIcon, Kbd, Modal, Table, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Icon } from '../pieces/icons';
import { isTyping, moveByKey } from '../pieces/record-table';
import { general } from '../words/general';
import { openPalette } from './palette';
import { places } from './places';

/** A second key counts this long after g. */
const chordMs = 1_500;

/** The keys that work on every page, and the list of them. */
export function Keyboard() {
  const [isOpen, { open, close }] = useDisclosure();
  const router = useRouter();
  useEffect(() => {
    let goUntil = 0;
    const hear = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"]') !== null) return;
      if (Date.now() < goUntil) {
        goUntil = 0;
        const place = places.find(({ key }) => key === event.key);
        if (place !== undefined) return void router.navigate({ to: place.to });
      }
      if (event.key === 'g') goUntil = Date.now() + chordMs;
      else if (event.key === '?') open();
      else if (event.key === '/') focusSearch(event);
      else moveByKey(event);
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, [open, router]);
  return (
    <>
      <Tooltip label={`${general.shortcuts} (?)`}>
        <ActionIcon variant="default" size="md" aria-label={general.shortcuts} onClick={open} visibleFrom="sm">
          <Icon name="keyboard" />
        </ActionIcon>
      </Tooltip>
      <Modal
        opened={isOpen}
        onClose={close}
        title={general.shortcuts}
        closeButtonProps={{ 'aria-label': general.close }}
      >
        <Table>
          <Table.Tbody>
            {general.keys.map(([keys, does]) => (
              <Table.Tr key={keys}>
                <Table.Th scope="row">
                  <Kbd>{keys}</Kbd>
                </Table.Th>
                <Table.Td>{does}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </>
  );
}

function focusSearch(event: KeyboardEvent): void {
  event.preventDefault();
  const field = document.querySelector<HTMLElement>('[data-search]');
  if (field === null) openPalette();
  else field.focus();
}
