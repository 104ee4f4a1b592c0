import { doctorSchema } from '@waybill/contracts/http/doctor';
import { route } from '../edge/route.js';

export const doctorRoutes = {
  look: route({
    scope: 'read',
    resource: 'Doctor',
    method: 'GET',
    path: '/v1/doctor',
    does: 'Checks what must hold for deliveries to flow, and says what to do where it does not.',
    answer: doctorSchema,
  }),
};
