//! What does each endpoint give a stranger, a signed-in person of another team, and another team's application with a token?

pub const TABLE: &str = "
hub GET / | 200 | 200 | 200
hub GET /.well-known/api-catalog | 200 | 200 | 200
hub GET /.well-known/oauth-authorization-server | 200 | 200 | 200
hub GET /about | 200 | 200 | 200
hub GET /about.md | 200 | 200 | 200
hub GET /account | 303 sign-in | 200 | 303 sign-in
hub GET /account/applications/{id}/withdrawal | 303 | 303 | 303
hub POST /account/applications/{id}/withdrawal | 403 | 404 | 403
hub GET /account/groups | 303 | 303 | 303
hub POST /account/groups | 403 | 303 | 403
hub GET /account/sessions | 303 | 303 | 303
hub POST /account/sessions | 403 | 303 | 403
hub GET /api/v1/apis | 200 | 200 | 200
hub GET /api/v1/apis/{slug} | 404 api-not-found | 200 | 404 api-not-found
hub GET /api/v1/apis/{slug}/condition | 404 api-not-found | 200 | 404 api-not-found
hub GET /api/v1/apis/{slug}/pipelines | 401 token-missing | 404 not-found | 404 not-found
hub POST /api/v1/apis/{slug}/pipelines | 401 token-missing | 404 not-found | 403 not-allowed
hub DELETE /api/v1/apis/{slug}/pipelines/{pipeline_id} | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/apis/{slug}/pipelines/{pipeline_id} | 401 token-missing | 404 not-found | 404 not-found
hub GET /api/v1/apis/{slug}/usage | 401 token-missing | 404 not-found | 404 not-found
hub GET /api/v1/apis/{slug}/versions/{major} | 404 api-not-found | 200 | 404 api-not-found
hub GET /api/v1/apis/{slug}/versions/{major}/differences/{number} | 404 api-not-found | 200 | 404 api-not-found
hub GET /api/v1/apis/{slug}/versions/{major}/releases | 404 api-not-found | 200 | 404 api-not-found
hub GET /api/v1/apis/{slug}/versions/{major}/releases/{number} | 404 api-not-found | 200 | 404 api-not-found
hub GET /api/v1/apis/{slug}/versions/{major}/usage | 401 token-missing | 404 not-found | 404 not-found
hub GET /api/v1/apis/{slug}/versions/{major}/verdicts/{number} | 404 api-not-found | 200 | 404 api-not-found
hub GET /api/v1/applications | 401 token-missing | 200 | 200
hub POST /api/v1/applications | 401 token-missing | 403 not-allowed | 403 not-allowed
hub DELETE /api/v1/applications/{application_id} | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/applications/{application_id} | 401 token-missing | 404 not-found | 404 not-found
hub GET /api/v1/applications/{application_id}/credentials | 401 token-missing | 404 not-found | 404 not-found
hub POST /api/v1/applications/{application_id}/credentials | 401 token-missing | 404 not-found | 403 not-allowed
hub DELETE /api/v1/applications/{application_id}/credentials/{credential_id} | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/applications/{application_id}/oauth | 401 token-missing | 404 not-found | 404 not-found
hub PUT /api/v1/applications/{application_id}/oauth | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/applications/{application_id}/quotas | 401 token-missing | 404 not-found | 404 not-found
hub GET /api/v1/applications/{application_id}/refusals | 401 token-missing | 404 not-found | 404 not-found
hub GET /api/v1/applications/{application_id}/service-accounts | 401 token-missing | 404 not-found | 404 not-found
hub POST /api/v1/applications/{application_id}/service-accounts | 401 token-missing | 404 not-found | 403 not-allowed
hub POST /api/v1/applications/{application_id}/transfer | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/applications/{application_id}/usage | 401 token-missing | 404 not-found | 404 not-found
hub GET /api/v1/audit | 401 token-missing | 403 not-allowed | 403 not-allowed
hub GET /api/v1/audit/entries/{entry_id} | 401 token-missing | 404 not-found | 404 not-found
hub POST /api/v1/bundles | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/bundles/{bundle_id} | 401 token-missing | 404 not-found | 404 not-found
hub POST /api/v1/bundles/{bundle_id}/decision | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/conditions | 200 | 200 | 200
hub GET /api/v1/editions | 401 token-missing | 200 | 200
hub POST /api/v1/editions | 401 token-missing | 400 bad-request | 403 not-allowed
hub POST /api/v1/editions/forecast | 401 token-missing | 400 bad-request | 403 not-allowed
hub GET /api/v1/editions/{edition} | 401 token-missing | 404 not-found | 404 not-found
hub GET /api/v1/grants | 401 token-missing | 200 | 200
hub POST /api/v1/grants | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/grants/{grant_id} | 401 token-missing | 404 not-found | 404 not-found
hub POST /api/v1/grants/{grant_id}/decision | 401 token-missing | 404 not-found | 403 not-allowed
hub POST /api/v1/grants/{grant_id}/renewal | 401 token-missing | 404 not-found | 403 not-allowed
hub POST /api/v1/grants/{grant_id}/revocation | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/groups | 401 token-missing | 200 | 200
hub POST /api/v1/groups | 401 token-missing | 403 not-allowed | 403 not-allowed
hub DELETE /api/v1/groups/{address} | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/groups/{address} | 401 token-missing | 404 not-found | 404 not-found
hub GET /api/v1/groups/{address}/members | 401 token-missing | 404 not-found | 404 not-found
hub POST /api/v1/groups/{address}/members | 401 token-missing | 404 not-found | 403 not-allowed
hub POST /api/v1/groups/{address}/members/import | 401 token-missing | 404 not-found | 403 not-allowed
hub DELETE /api/v1/groups/{address}/members/{member_id} | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/groups/{address}/owners | 401 token-missing | 404 not-found | 404 not-found
hub DELETE /api/v1/groups/{address}/owners/{person_id} | 401 token-missing | 404 not-found | 403 not-allowed
hub PUT /api/v1/groups/{address}/owners/{person_id} | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/health | 200 | 200 | 200
hub GET /api/v1/incidents | 200 | 200 | 200
hub POST /api/v1/incidents | 401 token-missing | 403 not-allowed | 403 not-allowed
hub GET /api/v1/incidents/{incident_id} | 404 not-found | 404 not-found | 404 not-found
hub POST /api/v1/incidents/{incident_id}/updates | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/me | 401 token-missing | 200 | 200
hub GET /api/v1/me/consents | 401 token-missing | 200 | 403 not-allowed
hub DELETE /api/v1/me/consents/{application_id} | 401 token-missing | 404 not-found | 403 not-allowed
hub DELETE /api/v1/me/sessions | 401 token-missing | 204 | 403 not-allowed
hub GET /api/v1/me/sessions | 401 token-missing | 200 | 403 not-allowed
hub DELETE /api/v1/me/sessions/{handle} | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/meetups | 200 | 200 | 200
hub POST /api/v1/meetups | 401 token-missing | 403 not-allowed | 403 not-allowed
hub GET /api/v1/meetups/{meetup_id} | 404 not-found | 404 not-found | 404 not-found
hub PUT /api/v1/meetups/{meetup_id} | 401 token-missing | 404 not-found | 403 not-allowed
hub POST /api/v1/meetups/{meetup_id}/cancellation | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/notices | 401 token-missing | 403 not-allowed | 403 not-allowed
hub POST /api/v1/notices/test | 401 token-missing | 403 not-allowed | 403 not-allowed
hub GET /api/v1/openapi.json | 200 | 200 | 200
hub GET /api/v1/people | 401 token-missing | 403 not-allowed | 403 not-allowed
hub GET /api/v1/people/{person_id} | 401 token-missing | 404 not-found | 404 not-found
hub POST /api/v1/people/{person_id}/groups | 401 token-missing | 404 not-found | 403 not-allowed
hub DELETE /api/v1/people/{person_id}/suspension | 401 token-missing | 404 not-found | 403 not-allowed
hub POST /api/v1/people/{person_id}/suspension | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/platform | 401 token-missing | 403 not-allowed | 403 not-allowed
hub GET /api/v1/refusals/{request_id} | 401 token-missing | 404 not-found | 404 not-found
hub POST /api/v1/releases | 401 token-missing | 403 not-allowed | 403 not-allowed
hub GET /api/v1/requests | 401 token-missing | 403 not-allowed | 403 not-allowed
hub GET /api/v1/reuse | 401 token-missing | 200 | 200
hub GET /api/v1/scores | 401 token-missing | 200 | 200
hub GET /api/v1/scores/editions | 401 token-missing | 200 | 403 not-allowed
hub GET /api/v1/signing-keys | 401 token-missing | 403 not-allowed | 403 not-allowed
hub POST /api/v1/signing-keys | 401 token-missing | 403 not-allowed | 403 not-allowed
hub GET /api/v1/signing-keys/{kid} | 401 token-missing | 403 not-allowed | 403 not-allowed
hub POST /api/v1/signing-keys/{kid}/retirement | 401 token-missing | 403 not-allowed | 403 not-allowed
hub POST /api/v1/signing-keys/{kid}/withdrawal | 401 token-missing | 403 not-allowed | 403 not-allowed
hub GET /api/v1/threads | 401 token-missing | 200 | 200
hub POST /api/v1/threads | 401 token-missing | 201 | 403 not-allowed
hub GET /api/v1/threads/{thread_id} | 401 token-missing | 404 not-found | 404 not-found
hub POST /api/v1/threads/{thread_id}/closure | 401 token-missing | 404 not-found | 403 not-allowed
hub POST /api/v1/threads/{thread_id}/messages | 401 token-missing | 404 not-found | 403 not-allowed
hub POST /api/v1/threads/{thread_id}/messages/{message_id}/removal | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /api/v1/waivers | 401 token-missing | 200 | 200
hub POST /api/v1/waivers | 401 token-missing | 403 not-allowed | 403 not-allowed
hub GET /api/v1/waivers/{waiver_id} | 401 token-missing | 404 not-found | 404 not-found
hub POST /api/v1/waivers/{waiver_id}/decision | 401 token-missing | 404 not-found | 403 not-allowed
hub POST /api/v1/waivers/{waiver_id}/withdrawal | 401 token-missing | 404 not-found | 403 not-allowed
hub GET /apis/{slug} | 404 | 200 | 404
hub GET /apis/{slug}/pipelines | 303 sign-in | 200 | 303 sign-in
hub POST /apis/{slug}/pipelines | 403 | 400 | 403
hub GET /apis/{slug}/pipelines/{pipeline}/removal | 303 | 303 | 303
hub POST /apis/{slug}/pipelines/{pipeline}/removal | 403 | 404 | 403
hub GET /apis/{slug}/releases.atom | 404 | 404 | 404
hub GET /apis/{slug}/status | 404 | 200 | 404
hub GET /apis/{slug}/status.md | 404 | 200 | 404
hub GET /apis/{slug}/{major} | 404 | 200 | 404
hub GET /apis/{slug}/{major}/access | 303 sign-in | 200 | 303 sign-in
hub POST /apis/{slug}/{major}/access | 403 | 400 | 403
hub GET /apis/{slug}/{major}/badge.svg | 404 | 200 | 404
hub GET /apis/{slug}/{major}/bruno.zip | 404 | 200 | 404
hub GET /apis/{slug}/{major}/bundle.json | 404 | 200 | 404
hub GET /apis/{slug}/{major}/bundle.yaml | 404 | 200 | 404
hub GET /apis/{slug}/{major}/changes | 404 | 200 | 404
hub GET /apis/{slug}/{major}/changes.md | 404 | 200 | 404
hub GET /apis/{slug}/{major}/checklists/{list} | 303 sign-in | 200 | 303 sign-in
hub POST /apis/{slug}/{major}/checklists/{list} | 403 | 404 | 403
hub GET /apis/{slug}/{major}/consumers | 303 sign-in | 404 | 303 sign-in
hub GET /apis/{slug}/{major}/consumers.csv | 303 sign-in | 404 | 303 sign-in
hub GET /apis/{slug}/{major}/guides/{guide} | 404 | 404 | 404
hub GET /apis/{slug}/{major}/manage | 303 sign-in | 404 | 303 sign-in
hub GET /apis/{slug}/{major}/manage/access | 303 sign-in | 404 | 303 sign-in
hub GET /apis/{slug}/{major}/manage/access/{rule} | 303 sign-in | 404 | 303 sign-in
hub POST /apis/{slug}/{major}/manage/access/{rule} | 403 | 404 | 403
hub GET /apis/{slug}/{major}/manage/copy | 303 sign-in | 404 | 303 sign-in
hub POST /apis/{slug}/{major}/manage/copy | 403 | 404 | 403
hub GET /apis/{slug}/{major}/manage/environments | 303 sign-in | 404 | 303 sign-in
hub POST /apis/{slug}/{major}/manage/environments | 403 | 404 | 403
hub GET /apis/{slug}/{major}/manage/limits | 303 sign-in | 404 | 303 sign-in
hub POST /apis/{slug}/{major}/manage/limits | 403 | 404 | 403
hub GET /apis/{slug}/{major}/manage/names | 303 sign-in | 404 | 303 sign-in
hub POST /apis/{slug}/{major}/manage/names | 403 | 404 | 403
hub GET /apis/{slug}/{major}/manage/status | 303 sign-in | 404 | 303 sign-in
hub POST /apis/{slug}/{major}/manage/status | 403 | 404 | 403
hub GET /apis/{slug}/{major}/openapi.yaml | 404 | 200 | 404
hub GET /apis/{slug}/{major}/operations/{operation} | 404 | 200 | 404
hub GET /apis/{slug}/{major}/operations/{operation}/try | 303 sign-in | 200 | 303 sign-in
hub POST /apis/{slug}/{major}/operations/{operation}/try | 403 | 200 | 403
hub GET /apis/{slug}/{major}/postman.json | 404 | 200 | 404
hub GET /apis/{slug}/{major}/schemas/{schema} | 404 | 200 | 404
hub GET /apis/{slug}/{major}/standards | 404 | 200 | 404
hub GET /apis/{slug}/{major}/standards.md | 404 | 200 | 404
hub GET /apis/{slug}/{major}/waiver | 303 sign-in | 200 | 303 sign-in
hub POST /apis/{slug}/{major}/waiver | 403 | 400 | 403
hub GET /applications | 303 sign-in | 200 | 303 sign-in
hub GET /applications/new | 303 sign-in | 200 | 303 sign-in
hub POST /applications/new | 403 | 400 | 403
hub GET /applications/{id} | 303 sign-in | 404 | 303 sign-in
hub GET /applications/{id}/credentials/{credential}/replacement | 303 sign-in | 404 | 303 sign-in
hub POST /applications/{id}/credentials/{credential}/replacement | 403 | 404 | 403
hub GET /applications/{id}/credentials/{credential}/revocation | 303 sign-in | 404 | 303 sign-in
hub POST /applications/{id}/credentials/{credential}/revocation | 403 | 404 | 403
hub GET /applications/{id}/key-sets | 303 sign-in | 404 | 303 sign-in
hub POST /applications/{id}/key-sets | 403 | 404 | 403
hub GET /applications/{id}/keys | 303 sign-in | 404 | 303 sign-in
hub POST /applications/{id}/keys | 403 | 404 | 403
hub GET /applications/{id}/oauth | 303 sign-in | 404 | 303 sign-in
hub POST /applications/{id}/oauth | 403 | 404 | 403
hub GET /applications/{id}/revocation | 303 sign-in | 404 | 303 sign-in
hub POST /applications/{id}/revocation | 403 | 404 | 403
hub GET /applications/{id}/secrets | 303 | 303 | 303
hub POST /applications/{id}/secrets | 403 | 404 | 403
hub GET /applications/{id}/service-accounts | 303 sign-in | 404 | 303 sign-in
hub POST /applications/{id}/service-accounts | 403 | 404 | 403
hub GET /applications/{id}/transfer | 303 sign-in | 404 | 303 sign-in
hub POST /applications/{id}/transfer | 403 | 404 | 403
hub GET /applications/{id}/usage | 303 sign-in | 404 | 303 sign-in
hub GET /audit | 303 sign-in | 403 | 303 sign-in
hub GET /audit.csv | 303 sign-in | 403 | 303 sign-in
hub GET /audit/{id} | 303 sign-in | 404 | 303 sign-in
hub GET /bundles/new | 303 sign-in | 200 | 303 sign-in
hub POST /bundles/new | 403 | 400 | 403
hub GET /bundles/{id} | 303 sign-in | 404 | 303 sign-in
hub GET /bundles/{id}/decision | 303 | 303 | 303
hub POST /bundles/{id}/decision | 403 | 404 | 403
hub GET /catalog | 303 | 303 | 303
hub GET /catalog.jsonld | 200 | 200 | 200
hub GET /catalogue.csv | 200 | 200 | 200
hub GET /consent | 303 sign-in | 400 | 303 sign-in
hub POST /consent | 403 | 400 | 403
hub GET /device | 303 sign-in | 200 | 303 sign-in
hub POST /device | 403 | 400 | 403
hub GET /drafts/{id} | 303 sign-in | 404 | 303 sign-in
hub GET /drafts/{id}/publication | 303 | 303 | 303
hub POST /drafts/{id}/publication | 403 | 404 | 403
hub GET /drafts/{id}/removal | 303 | 303 | 303
hub POST /drafts/{id}/removal | 403 | 404 | 403
hub GET /drafts/{id}/texts | 303 sign-in | 404 | 303 sign-in
hub POST /drafts/{id}/texts | 403 | 415 | 403
hub GET /editions/new | 303 sign-in | 403 | 303 sign-in
hub POST /editions/new | 403 | 403 | 403
hub GET /existing | 200 | 200 | 200
hub GET /feedback | 303 sign-in | 200 | 303 sign-in
hub GET /feedback/new | 303 sign-in | 200 | 303 sign-in
hub POST /feedback/new | 403 | 400 | 403
hub GET /feedback/{id} | 303 sign-in | 404 | 303 sign-in
hub GET /feedback/{id}/closure | 303 | 303 | 303
hub POST /feedback/{id}/closure | 403 | 404 | 403
hub GET /feedback/{id}/messages | 303 | 303 | 303
hub POST /feedback/{id}/messages | 403 | 404 | 403
hub GET /feedback/{id}/messages/{message}/removal | 303 | 303 | 303
hub POST /feedback/{id}/messages/{message}/removal | 403 | 404 | 403
hub GET /grants/{id} | 303 sign-in | 404 | 303 sign-in
hub GET /grants/{id}/decision | 303 | 303 | 303
hub POST /grants/{id}/decision | 403 | 404 | 403
hub GET /grants/{id}/first-call | 303 sign-in | 404 | 303 sign-in
hub GET /grants/{id}/renewal | 303 | 303 | 303
hub POST /grants/{id}/renewal | 403 | 404 | 403
hub GET /grants/{id}/revocation | 303 | 303 | 303
hub POST /grants/{id}/revocation | 403 | 404 | 403
hub GET /groups | 303 sign-in | 200 | 303 sign-in
hub GET /groups/new | 303 sign-in | 404 | 303 sign-in
hub POST /groups/new | 403 | 404 | 403
hub GET /groups/{address} | 303 sign-in | 404 | 303 sign-in
hub GET /groups/{address}/members | 303 | 303 | 303
hub POST /groups/{address}/members | 403 | 404 | 403
hub GET /groups/{address}/owners | 303 | 303 | 303
hub POST /groups/{address}/owners | 403 | 404 | 403
hub GET /groups/{address}/removal | 303 | 303 | 303
hub POST /groups/{address}/removal | 403 | 404 | 403
hub GET /guides | 200 | 200 | 200
hub GET /guides.md | 200 | 200 | 200
hub GET /guides/{name} | 200 | 200 | 200
hub GET /inbox | 303 sign-in | 200 | 303 sign-in
hub GET /incidents/new | 303 sign-in | 200 | 303 sign-in
hub POST /incidents/new | 403 | 400 | 403
hub GET /incidents/{id} | 404 | 404 | 404
hub GET /incidents/{id}/updates | 303 | 303 | 303
hub POST /incidents/{id}/updates | 403 | 404 | 403
hub GET /index.md | 200 | 200 | 200
hub GET /llms.txt | 200 | 200 | 200
hub GET /meetups | 200 | 200 | 200
hub GET /meetups.ics | 200 | 200 | 200
hub GET /meetups.md | 200 | 200 | 200
hub GET /meetups/new | 303 sign-in | 403 | 303 sign-in
hub POST /meetups/new | 403 | 403 | 403
hub GET /meetups/{id} | 404 | 404 | 404
hub GET /meetups/{id}/cancellation | 303 | 303 | 303
hub POST /meetups/{id}/cancellation | 403 | 404 | 403
hub GET /meetups/{id}/change | 303 sign-in | 404 | 303 sign-in
hub POST /meetups/{id}/change | 403 | 404 | 403
hub GET /notices | 303 sign-in | 403 | 303 sign-in
hub GET /notices/test | 303 | 303 | 303
hub POST /notices/test | 403 | 403 | 403
hub GET /oauth/authorize | 400 | 400 | 400
hub POST /oauth/authorize | 400 | 400 | 400
hub POST /oauth/device_authorization | 401 invalid_client | 401 invalid_client | 401 invalid_client
hub POST /oauth/introspect | 401 invalid_client | 401 invalid_client | 401 invalid_client
hub GET /oauth/jwks | 200 | 200 | 200
hub POST /oauth/leaks | 415 invalid_request | 415 invalid_request | 415 invalid_request
hub POST /oauth/par | 401 invalid_client | 401 invalid_client | 401 invalid_client
hub POST /oauth/revoke | 401 invalid_client | 401 invalid_client | 401 invalid_client
hub POST /oauth/token | 400 invalid_request | 400 invalid_request | 400 invalid_request
hub GET /people | 303 sign-in | 404 | 303 sign-in
hub GET /people/{id} | 303 sign-in | 404 | 303 sign-in
hub GET /people/{id}/groups | 303 | 303 | 303
hub POST /people/{id}/groups | 403 | 404 | 403
hub GET /people/{id}/suspension | 303 | 303 | 303
hub POST /people/{id}/suspension | 403 | 404 | 403
hub GET /platform | 303 sign-in | 403 | 303 sign-in
hub GET /playbook | 200 | 200 | 200
hub GET /playbook.md | 200 | 200 | 200
hub GET /playbook/chapters/{slug} | 200 | 200 | 200
hub GET /playbook/checklists/{slug} | 200 | 200 | 200
hub GET /playbook/editions | 200 | 200 | 200
hub GET /playbook/editions.md | 200 | 200 | 200
hub GET /playbook/editions/{name} | 200 | 200 | 200
hub GET /playbook/editor | 200 | 200 | 200
hub POST /playbook/editor | 400 | 400 | 400
hub GET /playbook/glossary | 308 | 308 | 308
hub GET /playbook/profiles/{name} | 200 | 200 | 200
hub GET /playbook/search | 200 | 200 | 200
hub GET /playbook/search.md | 200 | 200 | 200
hub GET /playbook/standards | 200 | 200 | 200
hub GET /playbook/standards.md | 200 | 200 | 200
hub GET /playbook/standards/{id} | 200 | 200 | 200
hub GET /problems | 200 | 200 | 200
hub GET /problems.md | 200 | 200 | 200
hub GET /problems/{code} | 200 | 200 | 200
hub GET /publish | 303 sign-in | 200 | 303 sign-in
hub POST /publish | 403 | 415 | 403
hub GET /refusals | 200 | 200 | 200
hub GET /releases.atom | 200 | 200 | 200
hub GET /requests | 303 sign-in | 403 | 303 sign-in
hub GET /reuse | 303 sign-in | 200 | 303 sign-in
hub GET /reuse.csv | 303 sign-in | 200 | 303 sign-in
hub GET /scores | 303 sign-in | 200 | 303 sign-in
hub GET /scores.csv | 303 sign-in | 200 | 303 sign-in
hub GET /sign-in | 303 | 303 | 303
hub POST /sign-in/back-channel-logout | 400 | 400 | 400
hub POST /sign-in/back-channel-logout/{provider} | 404 | 404 | 404
hub GET /sign-in/callback | 400 | 400 | 400
hub GET /sign-in/callback/{provider} | 404 | 404 | 404
hub GET /sign-in/link | 404 | 404 | 404
hub POST /sign-in/link | 404 | 404 | 404
hub GET /sign-in/mail | 303 | 303 | 303
hub POST /sign-in/mail | 404 | 404 | 404
hub GET /sign-in/provider | 303 | 303 | 303
hub GET /sign-out | 303 | 303 | 303
hub POST /sign-out | 403 | 303 | 403
hub GET /signing-keys | 303 sign-in | 404 | 303 sign-in
hub POST /signing-keys | 403 | 404 | 403
hub GET /signing-keys/{kid}/retirement | 303 sign-in | 404 | 303 sign-in
hub POST /signing-keys/{kid}/retirement | 403 | 404 | 403
hub GET /signing-keys/{kid}/withdrawal | 303 sign-in | 404 | 303 sign-in
hub POST /signing-keys/{kid}/withdrawal | 403 | 404 | 403
hub GET /static/{hash}/{name} | 200 | 200 | 200
hub GET /status | 200 | 200 | 200
hub GET /status.atom | 200 | 200 | 200
hub GET /status.md | 200 | 200 | 200
hub GET /token | 303 sign-in | 200 | 303 sign-in
hub POST /token | 403 | 200 | 403
hub GET /waivers | 303 sign-in | 200 | 303 sign-in
hub GET /waivers/{id} | 303 sign-in | 404 | 303 sign-in
hub GET /waivers/{id}/decision | 303 | 303 | 303
hub POST /waivers/{id}/decision | 403 | 404 | 403
hub GET /waivers/{id}/withdrawal | 303 | 303 | 303
hub POST /waivers/{id}/withdrawal | 403 | 404 | 403
operations GET /live | 200 | 200 | 200
operations GET /metrics | 200 | 200 | 200
operations GET /ready | 200 | 200 | 200
production GET /authz | 400 bad-request | 400 bad-request | 400 bad-request
production GET /repairs/v1/repairs | 401 token-missing | 401 token-missing | 401 token-audience
";
