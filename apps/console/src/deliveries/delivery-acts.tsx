import { Alert, Button, Modal, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../api/client';
import { deliveryQuery, whyQuery } from '../api/queries';
import type { Delivery } from '../api/shapes';
import { useMay } from '../app/session';
import { CopyAs } from '../pieces/copy-text';
import { Icon } from '../pieces/icons';
import { ProblemNotice } from '../pieces/notice';
import { isTyping } from '../pieces/record-table';
import { deliveryWords as words } from '../words/deliveries';
import { general } from '../words/general';
import { cliOf, curlOf } from './as-command';

/** What can be done with a delivery now: send it again, cancel it, take it along as a command. */
export function DeliveryActs({ delivery }: { delivery: Delivery }) {
  const may = useMay();
  const isOpen = ['pending', 'attempting', 'retrying'].includes(delivery.status);
  const curl = curlOf(delivery);
  return (
    <>
      {curl !== null && <CopyAs label={words.copyCurl} text={() => curl} />}
      <CopyAs label={words.copyCli} text={() => cliOf(delivery)} />
      {may('redeliver') && isOpen && <Cancel delivery={delivery} />}
      {may('redeliver') && !isOpen && <Redeliver delivery={delivery} />}
    </>
  );
}

function useAct(delivery: Delivery, done: () => void) {
  const queries = useQueryClient();
  return {
    onSuccess: async (): Promise<void> => {
      done();
      await queries.invalidateQueries({ queryKey: deliveryQuery(delivery.id).queryKey });
      await queries.invalidateQueries({ queryKey: whyQuery(delivery.id).queryKey });
      await queries.invalidateQueries({ queryKey: ['deliveries'] });
    },
  };
}

function Redeliver({ delivery }: { delivery: Delivery }) {
  const [isOpen, { open, close }] = useDisclosure();
  const [mode, setMode] = useState<'same-bytes' | 'render-again'>('same-bytes');
  const { id } = delivery;
  const redeliver = useMutation({
    mutationFn: () => api('POST /v1/deliveries/{id}/redeliver', { params: { id }, body: { mode } }),
    ...useAct(delivery, () => {
      close();
      notifications.show({ message: words.requested });
    }),
  });
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (event.key === 'r' && !event.ctrlKey && !event.metaKey && !isTyping(event.target)) open();
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, [open]);
  const isRisky = delivery.status === 'delivered' || delivery.attempts?.some(({ outcome }) => outcome === 'unknown');
  return (
    <>
      <Button onClick={open} leftSection={<Icon name="repeat" />} size="xs">
        {words.redeliver}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={words.redeliverTitle}
        closeButtonProps={{ 'aria-label': general.close }}
      >
        <Stack>
          <Text size="sm">{words.redeliverLead}</Text>
          <Radio.Group value={mode} onChange={(next) => setMode(next)} label={words.redeliver}>
            <Stack gap="xs" mt="xs">
              {Object.entries(words.modes).map(([value, [label, description]]) => (
                <Radio key={value} value={value} label={label} description={description} />
              ))}
            </Stack>
          </Radio.Group>
          {isRisky === true && (
            <Alert variant="light" color="yellow" icon={<Icon name="warning" />}>
              {words.risk}
            </Alert>
          )}
          {redeliver.isError && <ProblemNotice error={redeliver.error} />}
          <Button onClick={() => redeliver.mutate()} loading={redeliver.isPending} data-autofocus>
            {words.redeliver}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}

function Cancel({ delivery }: { delivery: Delivery }) {
  const [isOpen, { open, close }] = useDisclosure();
  const [reason, setReason] = useState('');
  const { id } = delivery;
  const cancel = useMutation({
    mutationFn: () => api('POST /v1/deliveries/{id}/cancel', { params: { id }, body: reason === '' ? {} : { reason } }),
    ...useAct(delivery, () => {
      close();
      notifications.show({ message: words.cancelled });
    }),
  });
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        {words.cancel}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={words.cancelTitle}
        closeButtonProps={{ 'aria-label': general.close }}
      >
        <Stack>
          <Text size="sm">{words.cancelLead}</Text>
          <TextInput
            label={words.reason}
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
          {cancel.isError && <ProblemNotice error={cancel.error} />}
          <Button onClick={() => cancel.mutate()} loading={cancel.isPending}>
            {words.cancel}
          </Button>
        </Stack>
      </Modal>
    </>
  );
}
