import { type BuiltInType, payload, text, word } from './built-in-type.js';

const number = { type: ['number', 'null'] };

/** Fields of original-system.md section 2.5: the newer form, and the names of the older one that still come. */
export const healthType: BuiltInType = {
  type: 'health',
  title: 'Health',
  strict: false,
  schema: payload(
    'Health of an asset',
    {
      alert_summary: { type: 'string', description: 'One line.' },
      alert_description: text('What is wrong.'),
      alert_type: word('Kind.', 'offline', 'not collecting', 'error'),
      asset_key: text('Key of the asset.'),
      asset_name: text('Name of the asset.'),
      asset_type: word('Kind of asset.', 'agent', 'appliance', 'collector', 'host'),
      cid: { type: ['string', 'number', 'null'], description: 'Account; text in the newer form.' },
      configuration_remediation_name: text('What to do, short.'),
      create_date: { ...number, description: 'Created, milliseconds since 1970.' },
      customer_account_name: text('Name of the customer.'),
      deployment_name: text('Name of the deployment.'),
      exposure_impact: text('What follows from it.'),
      host_id: text('Identity of the host.'),
      remediation_id: text('Identity of what to do.'),
      status_timestamp: { ...number, description: 'When the state changed, milliseconds since 1970.' },
      report_description: text('What is wrong, in the older form.'),
      resolution: text('What to do, in the older form.'),
      target_asset_type: text('Kind of asset, in the older form.'),
    },
    [],
  ),
  sample: {
    alert_description: 'The appliance has sent nothing for 15 minutes.',
    alert_summary: 'appliance is offline',
    alert_type: 'offline',
    asset_key: '/aws/eu-east-1/host/i-0000000001',
    asset_name: 'appliance-1',
    asset_type: 'appliance',
    cid: '12345678',
    configuration_remediation_name: 'Restart the appliance',
    create_date: 1628002258505,
    customer_account_name: 'XYZ Corporation',
    deployment_name: 'AWS Production Deployment',
    exposure_impact: 'Traffic of this network is not inspected.',
    host_id: '2C7D6E0F-1A2B-4C3D-8E4F-5A6B7C8D9E0F',
    remediation_id: 'appliance_restart_appliance',
    status_timestamp: 1628002257523,
  },
};
