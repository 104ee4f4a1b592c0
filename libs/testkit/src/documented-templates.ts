/**
 * The two notifications and the templates that the original system documents (original-system.md sections 1.3 and 9): whoever moves here
 * brings these, so they must render as they are written, defects included. Our own defaults stand in libs/targets.
 */

export const incidentText = String.raw`{"accountId":2,"asset_host_name":"10.1.2.3","assets":{},"attacker":{"ip":"10.10.10.12","port":40814,"region":"us-east-2"},
 "attacker_lset":[{"ip":"86.34.222.99"},{"value":"SomeAttacker"}],"createtime_str":"2020-07-07T20:18:12.220264+00:00",
 "customer":"XYZ Corporation","customer_status":{"notes":null,"status":"completed"},"deployment":"AWS Production Deployment",
 "humanFriendlyId":"ww1k39","incidentId":"5F04D7E3-000A-8420-0002-757900000000",
 "incident":{"summary":"Brute force attempt from 1.2.3.4","threatRating":"Medium","escalated":true,
  "description":"**Attack Detail**:  \n**Attacker:** 172.31.37.117, local_ip \n**Targets:** 122.99.34.111",
  "recommendations":"Isolate \"host\" & clean it."},
 "incident_class":"authentication:activity","incident_threat_rating":"Medium","victim":{"value":"['username1', 'username2']"},
 "extra":{"incidentUrl":"https://console.alertlogic.com/fake/incident/url","is_escalated":false,"location_ip":["192.0.2.1","192.0.2.25"],"target_host":["10.1.2.3"]}}`;

export const observationText = String.raw`{"fields":{"class":"correl:activity","desc":"# Test","keys":{"message":"{\"Operation\":\"UserLoginFailed\",\"ClientIP\":\"52.2.16.16\"}"},
 "path":"correlation/12345678/22526B99-30B3-46EE-A270-8140052511FF","recommendations":null,"severity":"critical",
 "subclass":"suspicious-activity","summary":"test","ts":1586062782},"id":{"account":12345678},
 "extra":{"customer_name":"XYZ Corporation","observation_id":"25257372-AC77-47CE-A00B-2F0BD35AA3D8"}}`;

export const webhookIncidentJson = `{
  "account_id": "{{accountId}}",
  "customer_name": "{{customer}}",
  "deployment_name": "{{assets.al__deployment}}",
  "short_incident_id": "{{humanFriendlyId}}",
  "long_incident_id": "{{incidentId}}",
  "summary": "{{summary}}",
  "description": "{{incident.description}}",
  "recommendations": "{{incident.recommendations}}",
  "attacker": "{{attacker.value}}",
  "victim": "{{victim.value}}",
  "timestamp": "{{createtime_str}}",
  "threat_rating": "{{incident_threat_rating}}",
  "incident_class": "{{incident_class}}",
  "status": "{{customer_status.status}}"
}`;

export const serviceDeskIncidentJson = `{
  "serviceDeskId": "4",
  "requestTypeId": "27",
  "requestFieldValues": {
    "summary": "{{ incident.summary }}",
    "description": "{{ incident.description }}"
  }
}`;

export const teamsIncidentJson = `{
  "@type": "MessageCard",
  "@context": "https://schema.org/extensions",
  "themeColor": "0072C6",
  "title": "Alert Logic Incident Created",
  "summary": "Incident Created Card",
  "sections": [
    {
      "activityTitle": "{{incident.summary}}",
      "activitySubtitle": "ID: {{humanFriendlyId}} | Customer: {{customer}} | Deployment: {{assets.al__deployment}}",
      "facts": [
        { "name": "Threat Rating:", "value": "{{incident.threatRating}}" },
        { "name": "Incident ID:", "value": "{{incidentId}}" },
        { "name": "Escalated:", "value": "{{incident.escalated}}" },
        { "name": "Recommendations:", "value": "{{incident.recommendations}}" }
      ],
      "text": "{{incident.description}}"
    }
  ],
  "potentialAction": [
    {
      "@type": "OpenUri",
      "name": "See Incident in Alert Logic",
      "targets": [{ "os": "default", "uri": "{{extra.incidentUrl}}" }]
    }
  ]
}`;

export const slackObservationJson = `{
  "text": "{{fields.summary}}",
  "blocks": [
    { "type": "section", "text": { "type": "mrkdwn", "text": "*Summary:* {{fields.summary}}" } },
    { "type": "divider", "block_id": "divider1" },
    { "type": "section", "text": { "type": "mrkdwn", "text": "*Description:* {{fields.desc}}" } },
    { "type": "divider", "block_id": "divider2" },
    { "type": "section", "text": { "type": "mrkdwn", "text": "*Recommendations:* {{fields.recommendations}}" } },
    { "type": "divider", "block_id": "divider3" },
    {
      "type": "section",
      "text": { "type": "mrkdwn", "text": "*Details*" },
      "fields": [
        { "type": "mrkdwn", "text": "*Customer ID*" },
        { "type": "plain_text", "text": "{{id.account}}" },
        { "type": "mrkdwn", "text": "*Class*" },
        { "type": "plain_text", "text": "{{fields.class}}" },
        { "type": "mrkdwn", "text": "*Severity*" },
        { "type": "plain_text", "text": "{{fields.severity}}" }
      ]
    }
  ]
}`;

export const serviceNowIncidentJq = `{
  "short_description": (.incident.summary + ". Incident ID: " + .humanFriendlyId),
  "description": ("Customer: " + .customer + "\\n" + "Deployment: " + .assets.al__deployment + "\\n\\n" + .incident.description + "\\nIncident Link: " + .extra.incidentUrl),
  "state": (if .customer_status.status == "open" then "1" elif .customer_status.status == "snoozed" then "3" elif .customer_status.status == "closed" then "7" else "8" end),
  "severity": (if .incident_threat_rating == "Critical" or .incident_threat_rating == "High" then "1" elif .incident_threat_rating == "Medium" then "2" else "3" end),
  "urgency": (if .incident_threat_rating == "Critical" or .incident_threat_rating == "High" then "1" elif .incident_threat_rating == "Medium" then "2" else "3" end)
}`;

export const serviceNowObservationJq = `{
  "short_description": (.fields.summary + ". Observation ID: " + .fields.id),
  "description": ("Recommendations:\\n\\n" + .fields.recommendations + "\\n\\nMessage:\\n\\n" + .fields.keys.message),
  "severity": (if .fields.severity == "critical" or .fields.severity == "high" then "1" elif .fields.severity == "medium" then "2" else "3" end)
}`;

export const jiraIncidentJq = `{
  "fields": {
    "reporter": { "id": "5b10a2844c20165700ede21g" },
    "issuetype": { "name": "Task" },
    "project": { "key": "SEC" },
    "summary": .incident.summary,
    "description": {
      "type": "doc",
      "version": 1,
      "content": [
        { "type": "paragraph", "content": [{ "type": "text", "text": .incident.description }] },
        { "type": "paragraph", "content": [{ "type": "text", "text": "Link to the incident", "marks": [{ "type": "link", "attrs": { "href": .extra.incidentUrl } }] }] }
      ]
    },
    "priority": { "name": (if .incident_threat_rating == "Critical" then "Highest" elif .incident_threat_rating == "High" then "High" elif .incident_threat_rating == "Medium" then "Medium" else "Low" end) }
  }
}`;

export const pagerDutyIncidentJq = `{
  "routing_key": "RK",
  "event_action": "trigger",
  "dedup_key": .dedup_hint,
  "client": "Alert Logic",
  "client_url": "https://console.account.alertlogic.com/",
  "links": [{ "href": .extra.incidentUrl, "text": "See Incident." }],
  "payload": {
    "summary": .incident.summary,
    "severity": (if .incident.incident_threat_rating == "Critical" or .incident.incident_threat_rating == "High" then "critical" elif .incident.incident_threat_rating == "Medium" then "warning" else "info" end),
    "group": "Security",
    "class": "security incident",
    "source": .victim.value,
    "timestamp": .createtime_str
  }
}`;

export const pagerDutyObservationJq = `{
  "routing_key": "RK",
  "event_action": "trigger",
  "dedup_key": .fields.id,
  "client": "Alert Logic",
  "client_url": "https://console.account.alertlogic.com/",
  "payload": {
    "summary": .fields.summary,
    "severity": (if .fields.severity == "critical" or .fields.severity == "high" then "critical" elif .fields.severity == "medium" then "warning" else "info" end),
    "group": "Security",
    "class": "security observation",
    "source": .fields.path,
    "timestamp": .fields.ts | todate,
    "payload.custom_details": .fields.keys.message | fromjson
  }
}`;

export const jiraObservationJq = `{
  "fields": {
    "reporter": { "id": "5b10a2844c20165700ede21g" },
    "issuetype": { "name": "Task" },
    "project": { "key": "SEC" },
    "summary": .fields.summary,
    "description": {
      "type": "doc",
      "version": 1,
      "content": [
        { "type": "paragraph", "content": [
          { "type": "text", "text": ("Description: " + .fields.desc) },
          { "type": "text", "text": ("Recommendations: " + .fields.recommendations) },
          { "type": "text", "text": ("Class: " + .fields.class) },
          { "type": "text", "text": ("Subclass: " + .fields.subclass) }
        ] }
      ]
    },
    "priority": { "name": (if .fields.severity == "critical" then "Highest" elif .fields.severity == "high" then "High" elif .fields.severity == "medium" then "Medium" else "Low" end) }
  }
}`;

export const serviceDeskObservationJson = `{
  "serviceDeskId": "4",
  "requestTypeId": "27",
  "requestFieldValues": {
    "summary": "{{ fields.summary }}",
    "description": "{{ fields.desc }}"
  }
}`;

export const teamsObservationJson = `{
  "@type": "MessageCard",
  "@context": "https://schema.org/extensions",
  "themeColor": "0072C6",
  "title": "Alert Logic Observation Created",
  "summary": "Observation Created Card",
  "sections": [
    {
      "activityTitle": "**Summary**: {{fields.summary}}",
      "activitySubtitle": "Customer: {{id.account}} | ID: {{fields.id}}",
      "facts": [
        { "name": "Severity:", "value": "{{fields.severity}}" },
        { "name": "Class:", "value": "{{fields.class}}" },
        { "name": "Subclass:", "value": "{{fields.subclass}}" },
        { "name": "Recommendations:", "value": "{{fields.recommendations}}" },
        { "name": "Message:", "value": ">{{fields.keys.message}}", "wrap": true }
      ],
      "text": "**Description:** {{fields.desc}}"
    }
  ]
}`;

export const slackIncidentJson = `{
  "text": "{{incident.summary}}",
  "blocks": [
    { "type": "section", "text": { "type": "plain_text", "text": "{{incident.summary}}" } },
    { "type": "section", "text": { "type": "mrkdwn", "text": "{{desc}}" } },
    { "type": "section", "text": { "type": "mrkdwn", "text": "{{incident.recommendations}}" } }
  ]
}`;

export const webhookObservationJson = `{
  "account_id": "{{id.account}}",
  "summary": "{{fields.summary}}",
  "description": "{{fields.desc}}",
  "severity": "{{fields.severity}}",
  "class": "{{fields.class}}",
  "subclass": "{{fields.subclass}}",
  "recommendations": "{{fields.recommendations}}",
  "message": "{{fields.keys.message}}"
}`;
