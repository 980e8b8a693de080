// Written by `npm run generate` from the OpenAPI document. Do not edit.

export interface paths {
  '/v1/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Runs, newest first. */
    get: operations['listRuns'];
    put?: never;
    /** Asks for a run. With message/rfc822 the body is a raw mail and the pipeline a query parameter. */
    post: operations['startRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One run with its steps. */
    get: operations['getRun'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Everything that happened to a run, in order. */
    get: operations['getHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The facts of a run as they happen: `id` is the sequence number, `event` the type, `data` the fact. Ends with the run; 204 when there is nothing more to come. */
    get: operations['watchRun'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/steps/{step}/stream': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The text that a step writes, e.g. the tokens of a model, while it is written: `text` has a part, `restart` says that another attempt begins the text anew, and `end` that the step is over. No part of the history; 204 where the step is over. */
    get: operations['streamStep'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/facets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counts the values of a field among runs, the most frequent first: of the newest 20,000 runs at most that the filters leave. */
    get: operations['countRuns'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Cancels a run; with `compensate` what it has done is undone first. */
    post: operations['cancelRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begins nothing new for a run and its child runs: what stages have in hand ends and is kept, and no time passes for it. One that is paused stays so. */
    post: operations['pauseRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Goes on with a run that is paused, and with its child runs. */
    post: operations['resumeRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/tags': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Adds tags to a run, or removes them. */
    post: operations['tagRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/notes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Adds a note to a run, for everybody who looks at it. It stays in the trail of acts. */
    post: operations['noteRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/outcomes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Says what became of a run later: a rating, a refund, a correction. Runs are found by it as `outcomes.NAME`. */
    post: operations['reportOutcome'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/outcomes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Says what became of the newest run that has a business attribute. */
    post: operations['reportOutcomeByAttribute'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begins a new run that takes the outputs of this one as they are up to a step, and executes the rest, with idempotency keys of its own. Steps that have effects outside are refused by name without `allowEffects`. */
    post: operations['replayRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/signals/{step}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Gives a step what it waits for. A signal (not a review) may come before its step waits: up to 10 are kept for a step until it does, or the run ends. */
    post: operations['signalStep'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/callbacks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Answers a step for an endpoint that said 202: with its output as JSON, or with what went wrong as application/problem+json. The first answer counts. */
    post: operations['answerStep'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/overview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counts of runs by status and by state, of open reviews and of open dead letters; each up to 1,000. */
    get: operations['getOverview'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/blobs/{run}/{sha256}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The bytes of a blob, for which `{"$blob": {"run": …, "sha256": …, "bytes": …, "as": …}}` stands in an input or an output. `as` says what they are: JSON, the characters of a text, or the bytes of which the text is the base64. They have the checksum of the reference. */
    get: operations['getBlob'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Says as it happens which lists have changed, instead of being asked again and again: `event` is `changed`, `data` a ChangeView. The first event names all of them. `store`: runs, reviews, dead letters, jobs, pipelines and schedules; `stages`: who serves them, limits, pauses; `models`: quotas, budgets, calls under way. */
    get: operations['watchChanges'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reviews': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Steps that wait for somebody, newest first. */
    get: operations['listReviews'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reviews/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One review: what to look at, and the schema of the answer. Its id is `<run>.<step>`. */
    get: operations['getReview'];
    put?: never;
    /** Answers a review. */
    post: operations['answerReview'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reviews/{id}/claim': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes a review in hand, from somebody else only with `takeOver`: until it is given back or escalated, nobody else’s answer counts. Of two who ask at once one gets it, the other 409. */
    post: operations['claimReview'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/reviews/{id}/unclaim': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Gives a claimed review back, one’s own or, with the reason in the history, another’s. */
    post: operations['unclaimReview'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dead-letters': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Parked steps and unreadable records, newest first. */
    get: operations['listDeadLetters'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dead-letters/groups': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Dead letters of one cause, counted: those with the same stage, code and message but for numbers, ids and quotes. The newest cause first. */
    get: operations['listDeadLetterGroups'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dead-letters/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One dead letter, with each attempt that led to it. */
    get: operations['getDeadLetter'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dead-letters/{id}/redrive': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends a dead letter on again: a step from where it failed, a record with its original key, bytes and headers. Of two who ask at once one gets it, the other 409. */
    post: operations['redrive'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dead-letters/{id}/resolve': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Closes a dead letter that was dealt with otherwise: it is not redriven. */
    post: operations['resolveDeadLetter'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dead-letters/{id}/reopen': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Opens a dead letter again that was resolved. */
    post: operations['reopenDeadLetter'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dead-letters/{id}/assign': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Assigns a dead letter to a person; without `to` to nobody. */
    post: operations['assignDeadLetter'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dead-letters/{id}/notes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Adds a note to a dead letter. */
    post: operations['noteDeadLetter'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dead-letters/{id}/tags': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Adds tags to a dead letter, or removes them. */
    post: operations['tagDeadLetter'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/dead-letters/{id}/tickets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Links a ticket to a dead letter. */
    post: operations['linkDeadLetter'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Jobs, newest first. */
    get: operations['listJobs'];
    put?: never;
    /** Redrives or resolves all open dead letters that fit a filter, as a durable job that goes on if a coordinator dies; with `dryRun` only says which. */
    post: operations['beginJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Replays all runs that fit a filter from a step on, as a durable job; with `dryRun` only says which, and which steps it would execute. */
    post: operations['beginReplayJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/compare': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Tries completed runs once more, with the recorded answers of all steps but those that changed, and compares what comes of it. Nothing of it is published on `results`. */
    post: operations['beginCompareJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/erase': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Removes everything that is kept of the runs with a business attribute, as a durable job; with `dryRun` only says how much, and what cannot be reached. */
    post: operations['beginEraseJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{id}/comparison': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The result of a comparison, as far as it is: how many runs, outputs and steps are the same. */
    get: operations['getComparison'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One job: how far it is. */
    get: operations['getJob'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{id}/items': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The outcome of each dead letter of a job, in the order in which they are worked on. */
    get: operations['listJobItems'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begins no further dead letter of a job until it is resumed. */
    post: operations['pauseJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Goes on with a job, perhaps at another rate. */
    post: operations['resumeJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/jobs/{id}/stop': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ends a job: the dead letters that it has not begun stay as they are. */
    post: operations['stopJob'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The audit trail: who did what to runs, reviews, dead letters, jobs, pipelines, stages and models, when and why. */
    get: operations['listActs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/audit/check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Computes the chain of hashes again: whether every act is as it was written, and none is missing. */
    get: operations['checkAudit'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pipelines': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The pipelines that are deployed. */
    get: operations['listPipelines'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pipelines/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A pipeline: its plan, the schema of its input, its picture. */
    get: operations['getPipeline'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/schedules': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Times at which pipelines are run, the next one first. */
    get: operations['listSchedules'];
    put?: never;
    /** Runs a pipeline at times; one of the same name that was made before is changed. */
    post: operations['makeSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/schedules/remove': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Ends a schedule that was made. Those of a plan go with the plan. */
    post: operations['removeSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pipelines/{name}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The versions of a pipeline, newest first: what new runs get, and how many runs follow each. */
    get: operations['listVersions'];
    put?: never;
    /** Deploys a plan: new runs get it, or with a share so many of them. Runs under way keep theirs. */
    post: operations['deployVersion'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pipelines/{name}/versions/{version}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A version by its number or its plan: its definition, and the contracts of its stages. */
    get: operations['getVersion'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pipelines/{name}/diff': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The differences between two versions: steps, what they read, their conditions, schemas. */
    get: operations['diffVersions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pipelines/{name}/route': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Says which versions new runs get: promote the canary, roll back, or give a version a share. */
    post: operations['routePipeline'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pipelines/{name}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begins no new run of a pipeline: what is asked for is accepted and held, in order. Runs under way go on. */
    post: operations['pausePipeline'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pipelines/{name}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Goes on with a pipeline that is paused: what was held begins, each once, in order. */
    post: operations['resumePipeline'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/pipelines/{name}/check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Which live runs a plan or the contracts of its stages would break. Changes nothing. */
    post: operations['checkVersion'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/deployments/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The result of a deployment. A refused deployment answers with the reason. */
    get: operations['getDeployment'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/runs/{id}/move': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Goes on with another version of the pipeline, from one of its steps: what ended before is kept where it fits. */
    post: operations['moveRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/recoveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Compares the store with its topics, and with `apply` brings it up to them: after a restore of the database. A coordinator does it; look at the link `self`. */
    post: operations['beginRecovery'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/recoveries/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The findings and changes of a recovery: the positions of store, groups and topics, and the runs that lack something. */
    get: operations['getRecovery'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The stages that deployed pipelines use. */
    get: operations['listStages'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stages/{name}/limits': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Says what a stage may do at most over all its processes, and how turns are shared among tenants. What is left out is not limited. */
    post: operations['limitStage'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stages/{name}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes nothing new in all processes of a stage: what is in hand ends, the rest waits in its topic and is not late for it. */
    post: operations['pauseStage'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stages/{name}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Goes on with a stage that is paused. */
    post: operations['resumeStage'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/topics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The topics of this installation, and those that SHOWN_TOPICS names. */
    get: operations['listTopics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/topics/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One topic: where its partitions begin and end, and how far each consumer group is. */
    get: operations['getTopic'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/topics/{name}/records': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Records of a topic, the newest first unless the query says otherwise. One answer looks at 20,000 records, 32 MiB or for 3 seconds at most: `ended` says which, and `next` goes on. Ends when the caller closes the connection. */
    get: operations['listRecords'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The quotas, budgets and prices of models, and the calls that are under way or whose end is unknown. */
    get: operations['getModels'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models/quotas': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Says what a provider allows for a model, over all processes. A quota that limits nothing is removed. It holds for calls that wait, too. */
    post: operations['setModelQuota'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models/budgets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Says how many tokens, how much money or how many calls may be spent. A budget without limits is removed. */
    post: operations['setModelBudget'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models/prices': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sets the price table: it holds for calls that end from now on. */
    post: operations['setModelPrices'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/models/spending': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The tokens and money that calls of models took, by day (UTC), tenant, pipeline and model, and the state of budgets. */
    get: operations['listModelSpending'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    RunView: {
      id: string;
      pipeline: string;
      plan: string;
      /** @enum {string} */
      status:
        | 'held'
        | 'running'
        | 'waiting'
        | 'paused'
        | 'compensating'
        | 'completed'
        | 'failed'
        | 'dead-lettered'
        | 'cancelled';
      /** @enum {string} */
      state:
        | 'held'
        | 'running'
        | 'waiting'
        | 'paused'
        | 'compensating'
        | 'completed'
        | 'failed'
        | 'dead-lettered'
        | 'cancelled'
        | 'retrying'
        | 'waiting-for-model'
        | 'waiting-for-person'
        | 'waiting-for-signal'
        | 'sleeping'
        | 'waiting-for-run'
        | 'no-consumer';
      title?: string;
      /** Format: date-time */
      acceptedAt: string;
      /** Format: date-time */
      endedAt?: string;
      parent?: string;
      /** @constant */
      degraded?: true;
      noConsumer?: string[];
      failureCode?: string;
      hold?: {
        key: string;
        behind?: string;
        ahead?: number;
        waiting?: number;
      };
      subject?: string;
      now?: {
        step: string;
        /** @enum {string} */
        kind: 'stage' | 'review' | 'signal' | 'run' | 'map' | 'loop' | 'race' | 'value' | 'sleep';
        /** @enum {string} */
        status:
          | 'pending'
          | 'running'
          | 'retrying'
          | 'waiting'
          | 'completed'
          | 'skipped'
          | 'failed'
          | 'dead-lettered'
          | 'cancelled';
        /** Format: date-time */
        since: string;
        stage?: string;
        attempt?: number;
        /** Format: date-time */
        due?: string;
        assignee?: string;
        group?: string;
        claimedBy?: string;
        child?: string;
        /** @enum {string} */
        childStatus?: 'running' | 'waiting' | 'dead-lettered';
        failure?: {
          code: string;
          message: string;
        };
        others: number;
      };
      attributes?: {
        [key: string]: string | number | boolean;
      };
      tags?: string[];
      /** @description Paths of what belongs to this, by name. */
      links: {
        [key: string]: string;
      };
      /** Format: date-time */
      startsAt?: string;
      traceId: string;
      replayOf?: {
        run: string;
        from: string;
        /** @constant */
        trial?: true;
      };
      replays?: string[];
      notes?: {
        /** Format: date-time */
        at: string;
        text: string;
        by?: string;
      }[];
      outcomes?: {
        id: string;
        /** Format: date-time */
        at: string;
        name: string;
        value: string | number | boolean;
        comment?: string;
        by?: string;
      }[];
      parentStep?: string;
      given?: {
        [key: string]: unknown;
      };
      input?: unknown;
      output?: unknown;
      degradedBy?: {
        step: string;
        /** @enum {string} */
        by: 'fallback' | 'default' | 'run' | 'stage';
        code?: string;
        message?: string;
      }[];
      failure?: {
        code: string;
        /** @enum {string} */
        kind: 'transient' | 'permanent';
        message: string;
        retryAfterMs?: number;
        details?: {
          pointer: string;
          detail: string;
        }[];
        remedy: string;
      };
      failedStep?: string;
      handler?: string;
      /** @enum {string} */
      compensatingAs?: 'failed' | 'cancelled';
      steps: {
        name: string;
        /** @enum {string} */
        kind: 'stage' | 'review' | 'signal' | 'run' | 'map' | 'loop' | 'race' | 'value' | 'sleep';
        stage?: string;
        /** @enum {string} */
        status:
          | 'pending'
          | 'running'
          | 'retrying'
          | 'waiting'
          | 'completed'
          | 'skipped'
          | 'failed'
          | 'dead-lettered'
          | 'cancelled';
        /** @constant */
        noConsumer?: true;
        attempts: {
          attempt: number;
          fallback?: boolean;
          stage?: string;
          /** Format: date-time */
          requestedAt: string;
          /** Format: date-time */
          startedAt?: string;
          /** Format: date-time */
          endedAt?: string;
          failure?: {
            code: string;
            /** @enum {string} */
            kind: 'transient' | 'permanent';
            message: string;
            retryAfterMs?: number;
            details?: {
              pointer: string;
              detail: string;
            }[];
            remedy: string;
          };
          answer?: string;
          calls?: {
            prompt: string;
            /** @enum {string} */
            operation: 'chat' | 'embeddings' | 'rerank';
            provider: string;
            model: string;
            hop: {
              index: number;
              name: string;
            };
            /** @constant */
            isReask?: true;
            /** @constant */
            isKept?: true;
            ms: number;
            tokens?: {
              input?: number;
              output?: number;
              cacheRead?: number;
            };
            /** @enum {string} */
            finish?: 'stop' | 'length' | 'refused' | 'tool-calls' | 'other';
            code?: string;
            /** @constant */
            hasContent?: true;
            cost?: {
              money: number;
              currency: string;
            };
          }[];
          callsLeftOut?: number;
        }[];
        /** Format: date-time */
        startedAt?: string;
        /** Format: date-time */
        endedAt?: string;
        input?: unknown;
        output?: unknown;
        summary?: string;
        /** Format: date-time */
        waitingSince?: string;
        show?: unknown;
        assignee?: string;
        group?: string;
        claimedBy?: string;
        from?: {
          topic: string;
          key: string;
        };
        /** Format: date-time */
        due?: string;
        failure?: {
          code: string;
          /** @enum {string} */
          kind: 'transient' | 'permanent';
          message: string;
          retryAfterMs?: number;
          details?: {
            pointer: string;
            detail: string;
          }[];
          remedy: string;
        };
        deadLetter?: string;
        answeredBy?: string;
        answerReason?: string;
        items?: {
          total: number;
          pages?: number;
          running: number;
          ended: number;
          failed: number;
        };
        child?: string;
        /** @enum {string} */
        childStatus?: 'running' | 'waiting' | 'dead-lettered';
        defaulted?: boolean;
        /** @constant */
        lookingUp?: true;
        cached?: {
          run: string;
          /** Format: date-time */
          storedAt: string;
        };
        /** @description The actions that are possible now; any other is refused with 409. */
        allowedActions: (
          | 'cancel'
          | 'pause'
          | 'resume'
          | 'move'
          | 'signal'
          | 'answer'
          | 'claim'
          | 'unclaim'
          | 'redrive'
          | 'resolve'
          | 'reopen'
          | 'stop'
        )[];
      }[];
      /** @description The actions that are possible now; any other is refused with 409. */
      allowedActions: (
        | 'cancel'
        | 'pause'
        | 'resume'
        | 'move'
        | 'signal'
        | 'answer'
        | 'claim'
        | 'unclaim'
        | 'redrive'
        | 'resolve'
        | 'reopen'
        | 'stop'
      )[];
    };
    RunList: {
      items: {
        id: string;
        pipeline: string;
        plan: string;
        /** @enum {string} */
        status:
          | 'held'
          | 'running'
          | 'waiting'
          | 'paused'
          | 'compensating'
          | 'completed'
          | 'failed'
          | 'dead-lettered'
          | 'cancelled';
        /** @enum {string} */
        state:
          | 'held'
          | 'running'
          | 'waiting'
          | 'paused'
          | 'compensating'
          | 'completed'
          | 'failed'
          | 'dead-lettered'
          | 'cancelled'
          | 'retrying'
          | 'waiting-for-model'
          | 'waiting-for-person'
          | 'waiting-for-signal'
          | 'sleeping'
          | 'waiting-for-run'
          | 'no-consumer';
        title?: string;
        /** Format: date-time */
        acceptedAt: string;
        /** Format: date-time */
        endedAt?: string;
        parent?: string;
        /** @constant */
        degraded?: true;
        noConsumer?: string[];
        failureCode?: string;
        hold?: {
          key: string;
          behind?: string;
          ahead?: number;
          waiting?: number;
        };
        subject?: string;
        now?: {
          step: string;
          /** @enum {string} */
          kind: 'stage' | 'review' | 'signal' | 'run' | 'map' | 'loop' | 'race' | 'value' | 'sleep';
          /** @enum {string} */
          status:
            | 'pending'
            | 'running'
            | 'retrying'
            | 'waiting'
            | 'completed'
            | 'skipped'
            | 'failed'
            | 'dead-lettered'
            | 'cancelled';
          /** Format: date-time */
          since: string;
          stage?: string;
          attempt?: number;
          /** Format: date-time */
          due?: string;
          assignee?: string;
          group?: string;
          claimedBy?: string;
          child?: string;
          /** @enum {string} */
          childStatus?: 'running' | 'waiting' | 'dead-lettered';
          failure?: {
            code: string;
            message: string;
          };
          others: number;
        };
        attributes?: {
          [key: string]: string | number | boolean;
        };
        tags?: string[];
        /** @description Paths of what belongs to this, by name. */
        links: {
          [key: string]: string;
        };
      }[];
      next?: string;
      /** Format: date-time */
      searchedTo?: string;
    };
    History: {
      items: ({
        seq: number;
        type: string;
        at: number;
      } & {
        [key: string]: unknown;
      })[];
    };
    ReviewView: {
      id: string;
      run: string;
      step: string;
      /** @enum {string} */
      kind: 'review' | 'signal';
      pipeline: string;
      /** @enum {string} */
      status: 'open' | 'closed';
      /** Format: date-time */
      since: string;
      /** Format: date-time */
      due?: string;
      assignee?: string;
      group?: string;
      claimedBy?: string;
      show?: unknown;
      schema?: unknown;
      drafts?: {
        [key: string]: string;
      };
      /** @description The actions that are possible now; any other is refused with 409. */
      allowedActions: (
        | 'cancel'
        | 'pause'
        | 'resume'
        | 'move'
        | 'signal'
        | 'answer'
        | 'claim'
        | 'unclaim'
        | 'redrive'
        | 'resolve'
        | 'reopen'
        | 'stop'
      )[];
      /** @description Paths of what belongs to this, by name. */
      links: {
        [key: string]: string;
      };
    };
    ReviewList: {
      items: {
        id: string;
        run: string;
        step: string;
        /** @enum {string} */
        kind: 'review' | 'signal';
        pipeline: string;
        /** @enum {string} */
        status: 'open' | 'closed';
        /** Format: date-time */
        since: string;
        /** Format: date-time */
        due?: string;
        assignee?: string;
        group?: string;
        claimedBy?: string;
        show?: unknown;
        schema?: unknown;
        drafts?: {
          [key: string]: string;
        };
        /** @description The actions that are possible now; any other is refused with 409. */
        allowedActions: (
          | 'cancel'
          | 'pause'
          | 'resume'
          | 'move'
          | 'signal'
          | 'answer'
          | 'claim'
          | 'unclaim'
          | 'redrive'
          | 'resolve'
          | 'reopen'
          | 'stop'
        )[];
        /** @description Paths of what belongs to this, by name. */
        links: {
          [key: string]: string;
        };
      }[];
      next?: string;
    };
    DeadLetterView: {
      id: string;
      /** @enum {string} */
      status: 'open' | 'redriven' | 'resolved' | 'closed';
      /** Format: date-time */
      at: string;
      failure: {
        code: string;
        /** @enum {string} */
        kind: 'transient' | 'permanent';
        message: string;
        retryAfterMs?: number;
        details?: {
          pointer: string;
          detail: string;
        }[];
        remedy: string;
      };
      fingerprint: string;
      run?: string;
      traceId?: string;
      pipeline?: string;
      step?: string;
      stage?: string;
      attempts: number;
      tries?: {
        attempt: number;
        fallback?: boolean;
        stage?: string;
        /** Format: date-time */
        requestedAt: string;
        /** Format: date-time */
        startedAt?: string;
        /** Format: date-time */
        endedAt?: string;
        failure?: {
          code: string;
          /** @enum {string} */
          kind: 'transient' | 'permanent';
          message: string;
          retryAfterMs?: number;
          details?: {
            pointer: string;
            detail: string;
          }[];
          remedy: string;
        };
        answer?: string;
        calls?: {
          prompt: string;
          /** @enum {string} */
          operation: 'chat' | 'embeddings' | 'rerank';
          provider: string;
          model: string;
          hop: {
            index: number;
            name: string;
          };
          /** @constant */
          isReask?: true;
          /** @constant */
          isKept?: true;
          ms: number;
          tokens?: {
            input?: number;
            output?: number;
            cacheRead?: number;
          };
          /** @enum {string} */
          finish?: 'stop' | 'length' | 'refused' | 'tool-calls' | 'other';
          code?: string;
          /** @constant */
          hasContent?: true;
          cost?: {
            money: number;
            currency: string;
          };
        }[];
        callsLeftOut?: number;
      }[];
      redrives: number;
      input?: unknown;
      record?: {
        topic: string;
        partition: number;
        offset: number;
        /** Format: date-time */
        timestamp: string;
        key: string | null;
        value: string | null;
        headers: {
          [key: string]: string;
        };
      };
      assignee?: string;
      handled?: {
        act: string;
        /** Format: date-time */
        at: string;
        by?: string;
        reason?: string;
        input?: unknown;
      };
      notes?: {
        /** Format: date-time */
        at: string;
        text: string;
        by?: string;
      }[];
      tags?: string[];
      tickets?: string[];
      /** @description The actions that are possible now; any other is refused with 409. */
      allowedActions: (
        | 'cancel'
        | 'pause'
        | 'resume'
        | 'move'
        | 'signal'
        | 'answer'
        | 'claim'
        | 'unclaim'
        | 'redrive'
        | 'resolve'
        | 'reopen'
        | 'stop'
      )[];
      /** @description Paths of what belongs to this, by name. */
      links: {
        [key: string]: string;
      };
    };
    DeadLetterList: {
      items: {
        id: string;
        /** @enum {string} */
        status: 'open' | 'redriven' | 'resolved' | 'closed';
        /** Format: date-time */
        at: string;
        failure: {
          code: string;
          /** @enum {string} */
          kind: 'transient' | 'permanent';
          message: string;
          retryAfterMs?: number;
          details?: {
            pointer: string;
            detail: string;
          }[];
          remedy: string;
        };
        fingerprint: string;
        run?: string;
        traceId?: string;
        pipeline?: string;
        step?: string;
        stage?: string;
        attempts: number;
        tries?: {
          attempt: number;
          fallback?: boolean;
          stage?: string;
          /** Format: date-time */
          requestedAt: string;
          /** Format: date-time */
          startedAt?: string;
          /** Format: date-time */
          endedAt?: string;
          failure?: {
            code: string;
            /** @enum {string} */
            kind: 'transient' | 'permanent';
            message: string;
            retryAfterMs?: number;
            details?: {
              pointer: string;
              detail: string;
            }[];
            remedy: string;
          };
          answer?: string;
          calls?: {
            prompt: string;
            /** @enum {string} */
            operation: 'chat' | 'embeddings' | 'rerank';
            provider: string;
            model: string;
            hop: {
              index: number;
              name: string;
            };
            /** @constant */
            isReask?: true;
            /** @constant */
            isKept?: true;
            ms: number;
            tokens?: {
              input?: number;
              output?: number;
              cacheRead?: number;
            };
            /** @enum {string} */
            finish?: 'stop' | 'length' | 'refused' | 'tool-calls' | 'other';
            code?: string;
            /** @constant */
            hasContent?: true;
            cost?: {
              money: number;
              currency: string;
            };
          }[];
          callsLeftOut?: number;
        }[];
        redrives: number;
        input?: unknown;
        record?: {
          topic: string;
          partition: number;
          offset: number;
          /** Format: date-time */
          timestamp: string;
          key: string | null;
          value: string | null;
          headers: {
            [key: string]: string;
          };
        };
        assignee?: string;
        handled?: {
          act: string;
          /** Format: date-time */
          at: string;
          by?: string;
          reason?: string;
          input?: unknown;
        };
        notes?: {
          /** Format: date-time */
          at: string;
          text: string;
          by?: string;
        }[];
        tags?: string[];
        tickets?: string[];
        /** @description The actions that are possible now; any other is refused with 409. */
        allowedActions: (
          | 'cancel'
          | 'pause'
          | 'resume'
          | 'move'
          | 'signal'
          | 'answer'
          | 'claim'
          | 'unclaim'
          | 'redrive'
          | 'resolve'
          | 'reopen'
          | 'stop'
        )[];
        /** @description Paths of what belongs to this, by name. */
        links: {
          [key: string]: string;
        };
      }[];
      next?: string;
    };
    DeadLetterGroupView: {
      fingerprint: string;
      failedAt?: string;
      code: string;
      pattern: string;
      message: string;
      remedy: string;
      count: number;
      open: number;
      /** Format: date-time */
      firstSeen: string;
      /** Format: date-time */
      lastSeen: string;
      newest: string;
      trend: {
        /** Format: date-time */
        from: string;
        partMs: number;
        counts: number[];
      };
      /** @description Paths of what belongs to this, by name. */
      links: {
        [key: string]: string;
      };
    };
    DeadLetterGroupList: {
      items: {
        fingerprint: string;
        failedAt?: string;
        code: string;
        pattern: string;
        message: string;
        remedy: string;
        count: number;
        open: number;
        /** Format: date-time */
        firstSeen: string;
        /** Format: date-time */
        lastSeen: string;
        newest: string;
        trend: {
          /** Format: date-time */
          from: string;
          partMs: number;
          counts: number[];
        };
        /** @description Paths of what belongs to this, by name. */
        links: {
          [key: string]: string;
        };
      }[];
      next?: string;
    };
    JobView: {
      id: string;
      /** @enum {string} */
      kind: 'redrive' | 'resolve' | 'replay' | 'compare' | 'erase';
      /** @enum {string} */
      status: 'running' | 'paused' | 'stopped' | 'completed';
      /** Format: date-time */
      at: string;
      /** Format: date-time */
      endedAt?: string;
      by?: string;
      reason?: string;
      filter: {
        [key: string]: string;
      };
      from?: string;
      plan?: string;
      steps?: string[];
      perSecond?: number;
      maxRedrives?: number;
      total: number;
      items: {
        [key: string]: number;
      };
      /** @description The actions that are possible now; any other is refused with 409. */
      allowedActions: (
        | 'cancel'
        | 'pause'
        | 'resume'
        | 'move'
        | 'signal'
        | 'answer'
        | 'claim'
        | 'unclaim'
        | 'redrive'
        | 'resolve'
        | 'reopen'
        | 'stop'
      )[];
      /** @description Paths of what belongs to this, by name. */
      links: {
        [key: string]: string;
      };
    };
    JobList: {
      items: {
        id: string;
        /** @enum {string} */
        kind: 'redrive' | 'resolve' | 'replay' | 'compare' | 'erase';
        /** @enum {string} */
        status: 'running' | 'paused' | 'stopped' | 'completed';
        /** Format: date-time */
        at: string;
        /** Format: date-time */
        endedAt?: string;
        by?: string;
        reason?: string;
        filter: {
          [key: string]: string;
        };
        from?: string;
        plan?: string;
        steps?: string[];
        perSecond?: number;
        maxRedrives?: number;
        total: number;
        items: {
          [key: string]: number;
        };
        /** @description The actions that are possible now; any other is refused with 409. */
        allowedActions: (
          | 'cancel'
          | 'pause'
          | 'resume'
          | 'move'
          | 'signal'
          | 'answer'
          | 'claim'
          | 'unclaim'
          | 'redrive'
          | 'resolve'
          | 'reopen'
          | 'stop'
        )[];
        /** @description Paths of what belongs to this, by name. */
        links: {
          [key: string]: string;
        };
      }[];
      next?: string;
    };
    JobItemView: {
      deadLetter?: string;
      run?: string;
      replay?: string;
      /** @enum {string} */
      status:
        | 'waiting'
        | 'sent'
        | 'redriven'
        | 'resolved'
        | 'refused'
        | 'skipped'
        | 'replayed'
        | 'same'
        | 'different'
        | 'failed'
        | 'erased';
      /** Format: date-time */
      at?: string;
      failure?: {
        code: string;
        /** @enum {string} */
        kind: 'transient' | 'permanent';
        message: string;
        retryAfterMs?: number;
        details?: {
          pointer: string;
          detail: string;
        }[];
        remedy: string;
      };
    };
    JobItemList: {
      items: {
        deadLetter?: string;
        run?: string;
        replay?: string;
        /** @enum {string} */
        status:
          | 'waiting'
          | 'sent'
          | 'redriven'
          | 'resolved'
          | 'refused'
          | 'skipped'
          | 'replayed'
          | 'same'
          | 'different'
          | 'failed'
          | 'erased';
        /** Format: date-time */
        at?: string;
        failure?: {
          code: string;
          /** @enum {string} */
          kind: 'transient' | 'permanent';
          message: string;
          retryAfterMs?: number;
          details?: {
            pointer: string;
            detail: string;
          }[];
          remedy: string;
        };
      }[];
      next?: string;
    };
    JobPreview: {
      letters: number;
      refused: number;
      groups: {
        stage?: string;
        code: string;
        letters: number;
        refused: number;
      }[];
    };
    RunJobPreview: {
      runs: number;
      most: number;
      executed: string[];
      effects: string[];
    };
    ComparisonView: {
      job: string;
      same: number;
      different: number;
      failed: number;
      refused: number;
      open: number;
      outputs: {
        same: number;
        different: number;
      };
      steps: {
        step: string;
        same: number;
        different: number;
        beforeMs?: number;
        afterMs?: number;
      }[];
    };
    EraseJobPreview: {
      items: number;
      unreachable: {
        place: string;
        detail: string;
      }[];
    };
    ReplayPreview: {
      plan: string;
      kept: string[];
      executed: string[];
      effects: string[];
    };
    ActView: {
      seq: number;
      id: string;
      /** Format: date-time */
      at: string;
      kind: string;
      subject: string;
      by?: string;
      reason?: string;
      detail?: unknown;
      outcome:
        | {
            /** @constant */
            status: 'applied';
            unchanged: boolean;
            items?: number | 0;
          }
        | {
            /** @constant */
            status: 'refused';
            failure: {
              code: string;
              /** @enum {string} */
              kind: 'transient' | 'permanent';
              message: string;
              retryAfterMs?: number;
              details?: {
                pointer: string;
                detail: string;
              }[];
            };
          };
      previous: string;
      hash: string;
    };
    ActList: {
      items: {
        seq: number;
        id: string;
        /** Format: date-time */
        at: string;
        kind: string;
        subject: string;
        by?: string;
        reason?: string;
        detail?: unknown;
        outcome:
          | {
              /** @constant */
              status: 'applied';
              unchanged: boolean;
              items?: number | 0;
            }
          | {
              /** @constant */
              status: 'refused';
              failure: {
                code: string;
                /** @enum {string} */
                kind: 'transient' | 'permanent';
                message: string;
                retryAfterMs?: number;
                details?: {
                  pointer: string;
                  detail: string;
                }[];
              };
            };
        previous: string;
        hash: string;
      }[];
      next?: string;
    };
    AuditCheck: {
      acts: number;
      head: string;
      broken?: number;
    };
    PipelineView: {
      name: string;
      plan: string;
      /** Format: date-time */
      deployedAt: string;
      paused?: {
        /** Format: date-time */
        since: string;
        by?: string;
        reason?: string;
      };
      /** @description Paths of what belongs to this, by name. */
      links: {
        [key: string]: string;
      };
      inputSchema: unknown;
      definition: unknown;
      mermaid: string;
    };
    PipelineList: {
      items: {
        name: string;
        plan: string;
        /** Format: date-time */
        deployedAt: string;
        paused?: {
          /** Format: date-time */
          since: string;
          by?: string;
          reason?: string;
        };
        /** @description Paths of what belongs to this, by name. */
        links: {
          [key: string]: string;
        };
      }[];
      next?: string;
    };
    StageList: {
      items: {
        name: string;
        pipelines: string[];
        consumers?: number;
        limits?: {
          concurrency?: number;
          perSecond?: number;
          weights?: {
            [key: string]: number;
          };
          at: number;
          by?: string;
          reason?: string;
        };
        paused?: {
          /** Format: date-time */
          since: string;
          by?: string;
          reason?: string;
        };
        breaks?: {
          pointer: string;
          detail: string;
        }[];
      }[];
      next?: string;
    };
    StageView: {
      name: string;
      pipelines: string[];
      consumers?: number;
      limits?: {
        concurrency?: number;
        perSecond?: number;
        weights?: {
          [key: string]: number;
        };
        at: number;
        by?: string;
        reason?: string;
      };
      paused?: {
        /** Format: date-time */
        since: string;
        by?: string;
        reason?: string;
      };
      breaks?: {
        pointer: string;
        detail: string;
      }[];
    };
    TopicList: {
      items: {
        name: string;
        about?: string;
        stage?: string;
        partitions: number;
        records: number;
      }[];
      /** @constant */
      contentHidden?: true;
    };
    TopicView: {
      name: string;
      about?: string;
      stage?: string;
      partitions: number;
      records: number;
      ranges: {
        partition: number;
        start: number;
        end: number;
      }[];
      groups: {
        name: string;
        consumers?: number;
        backlog: number;
        partitions: {
          partition: number;
          committed: number | null;
          backlog: number;
        }[];
      }[];
      /** @constant */
      contentHidden?: true;
    };
    RecordList: {
      items: {
        partition: number;
        offset: number;
        /** Format: date-time */
        at: string;
        keyBytes: number;
        valueBytes?: number;
        key?: {
          /** @enum {string} */
          form: 'json' | 'text' | 'bytes';
          text: string;
          /** @constant */
          cut?: true;
        };
        value?: {
          /** @enum {string} */
          form: 'json' | 'text' | 'bytes';
          text: string;
          /** @constant */
          cut?: true;
        };
        headers?: {
          /** @enum {string} */
          form: 'json' | 'text' | 'bytes';
          text: string;
          /** @constant */
          cut?: true;
          name: string;
        }[];
        says?: {
          items: {
            type?: string;
            run?: string;
            step?: string;
          }[];
          total: number;
        };
        misfit?: string;
      }[];
      next?: string;
      looked: {
        records: number;
        bytes: number;
      };
      /** @enum {string} */
      ended: 'limit' | 'end' | 'records' | 'bytes' | 'time';
    };
    ModelsView: {
      quotas: {
        provider: string;
        model: string;
        tenant: string;
        requests?: number;
        tokens?: number;
        /** @default 60000 */
        perMs: number;
        concurrency?: number;
        weights?: {
          tenants?: {
            [key: string]: number;
          };
          pipelines?: {
            [key: string]: number;
          };
        };
        breaker?: {
          failures: number;
          pauseMs: number;
        };
        by?: string;
        reason?: string;
        /** Format: date-time */
        setAt: string;
        waiting: number;
        running: number;
        /** Format: date-time */
        pausedUntil?: string;
      }[];
      budgets: {
        name: string;
        provider?: string;
        model?: string;
        tenant?: string;
        pipeline?: string;
        /** @enum {string} */
        per: 'call' | 'step' | 'run' | 'day' | 'total';
        tokens?: number;
        money?: number;
        calls?: number;
        /**
         * @default stop
         * @enum {string}
         */
        atLimit: 'warn' | 'cheaper' | 'wait' | 'stop';
        by?: string;
        reason?: string;
        /** Format: date-time */
        setAt: string;
      }[];
      prices?: {
        version: string;
        currency: string;
        prices: {
          provider: string;
          model: string;
          input: number;
          output: number;
        }[];
        by?: string;
        reason?: string;
        /** Format: date-time */
        setAt: string;
      };
      calls: {
        id: string;
        run: string;
        step: string;
        provider: string;
        model: string;
        tenant?: string;
        pipeline?: string;
        /** Format: date-time */
        since: string;
        /** @enum {string} */
        status: 'running' | 'unknown';
        tokens: number;
      }[];
    };
    QuotaView: {
      provider: string;
      model: string;
      tenant: string;
      requests?: number;
      tokens?: number;
      /** @default 60000 */
      perMs: number;
      concurrency?: number;
      weights?: {
        tenants?: {
          [key: string]: number;
        };
        pipelines?: {
          [key: string]: number;
        };
      };
      breaker?: {
        failures: number;
        pauseMs: number;
      };
      by?: string;
      reason?: string;
      /** Format: date-time */
      setAt: string;
      waiting: number;
      running: number;
      /** Format: date-time */
      pausedUntil?: string;
    };
    BudgetView: {
      name: string;
      provider?: string;
      model?: string;
      tenant?: string;
      pipeline?: string;
      /** @enum {string} */
      per: 'call' | 'step' | 'run' | 'day' | 'total';
      tokens?: number;
      money?: number;
      calls?: number;
      /**
       * @default stop
       * @enum {string}
       */
      atLimit: 'warn' | 'cheaper' | 'wait' | 'stop';
      by?: string;
      reason?: string;
      /** Format: date-time */
      setAt: string;
    };
    PricesView: {
      version: string;
      currency: string;
      prices: {
        provider: string;
        model: string;
        input: number;
        output: number;
      }[];
      by?: string;
      reason?: string;
      /** Format: date-time */
      setAt: string;
    };
    SpendingList: {
      items: {
        day: string;
        tenant?: string;
        pipeline?: string;
        provider: string;
        model: string;
        calls: number;
        input: number;
        output: number;
        unpriced: number;
        estimated: number;
        unknown: number;
        money: number;
      }[];
      budgets: {
        budget: string;
        subject: string;
        calls: number;
        tokens: number;
        money: number;
        unpriced: number;
      }[];
      currency?: string;
    };
    VersionList: {
      items: {
        pipeline: string;
        version: number;
        plan: string;
        /** Format: date-time */
        deployedAt: string;
        by?: string;
        reason?: string;
        share: number;
        liveRuns: number;
        links: {
          [key: string]: string;
        };
      }[];
    };
    VersionDetail: {
      pipeline: string;
      version: number;
      plan: string;
      /** Format: date-time */
      deployedAt: string;
      by?: string;
      reason?: string;
      share: number;
      liveRuns: number;
      links: {
        [key: string]: string;
      };
      definition: unknown;
      contracts: {
        [key: string]: {
          input: components['schemas']['JsonValue'];
          output: components['schemas']['JsonValue'];
        };
      };
    };
    DeploymentView: {
      id: string;
      /** @enum {string} */
      status: 'applied' | 'pending';
      pipeline: string;
      version?: number;
      plan?: string;
      schedule?: string;
      unchanged?: boolean;
      noConsumer?: string[];
      unserved?: string[];
      misfits?: {
        step: string;
        pointer: string;
        detail: string;
      }[];
      doubts?: {
        step: string;
        pointer: string;
        detail: string;
      }[];
      links: {
        [key: string]: string;
      };
    };
    DiffList: {
      items: {
        /** @enum {string} */
        what: 'input' | 'output' | 'step' | 'contract' | 'setting';
        name: string;
        /** @enum {string} */
        change: 'added' | 'removed' | 'changed';
        at?: string;
        before?: unknown;
        after?: unknown;
        /** @constant */
        breaking?: true;
      }[];
    };
    CheckView: {
      pipeline: string;
      plan: string;
      differences: {
        /** @enum {string} */
        what: 'input' | 'output' | 'step' | 'contract' | 'setting';
        name: string;
        /** @enum {string} */
        change: 'added' | 'removed' | 'changed';
        at?: string;
        before?: unknown;
        after?: unknown;
        /** @constant */
        breaking?: true;
      }[];
      breaks: {
        stage: string;
        pointer: string;
        detail: string;
      }[];
      broken: {
        run: string;
        plan: string;
        step: string;
        stage: string;
      }[];
      unmovable: {
        run: string;
        plan: string;
        detail: string;
      }[];
      examined: number;
      complete: boolean;
      noConsumer?: string[];
      unserved?: string[];
      misfits?: {
        step: string;
        pointer: string;
        detail: string;
      }[];
      doubts?: {
        step: string;
        pointer: string;
        detail: string;
      }[];
    };
    ScheduleList: {
      items: {
        pipeline: string;
        name: string;
        cron: string;
        zone: string;
        /** @enum {string} */
        catchUp: 'none' | 'last' | 'all';
        /** Format: date-time */
        nextAt?: string;
        ofPlan: boolean;
        by?: string;
        reason?: string;
      }[];
    };
    OverviewView: {
      runs: {
        [key: string]: {
          count: number;
          /** @constant */
          more?: true;
        };
      };
      states: {
        [key: string]: {
          count: number;
          /** @constant */
          more?: true;
        };
      };
      degraded: {
        count: number;
        /** @constant */
        more?: true;
      };
      reviews: {
        count: number;
        /** @constant */
        more?: true;
      };
      signals: {
        count: number;
        /** @constant */
        more?: true;
      };
      deadLetters: {
        count: number;
        /** @constant */
        more?: true;
      };
      /** @constant */
      readOnly?: true;
    };
    FacetView: {
      by: string;
      values: {
        value: string | number;
        count: number;
      }[];
      isComplete: boolean;
    };
    ChangeView: {
      of: ('store' | 'stages' | 'models')[];
    };
    RecoveryReport: {
      id: string;
      /** @enum {string} */
      status: 'under-way' | 'done' | 'failed';
      applied: boolean;
      detail?: string;
      since: number;
      partitions: {
        topic: string;
        partition: number;
        /** @enum {string} */
        standing: 'even' | 'behind' | 'reset';
        store: number | null;
        group: number | null;
        start: number;
        from: number;
        until: number;
        gone: number;
      }[];
      runs: number;
      results: number;
      published: number;
      missing: {
        run: string;
        /** @enum {string} */
        gone: 'request' | 'events';
        status: string;
        result: boolean;
      }[];
      gathered?: {
        trigger: string;
        topic: string;
        partition: number;
        from: number;
        until: number;
      }[];
    };
    Accepted: {
      id: string;
      /** @enum {string} */
      status?:
        | 'held'
        | 'running'
        | 'waiting'
        | 'paused'
        | 'compensating'
        | 'completed'
        | 'failed'
        | 'dead-lettered'
        | 'cancelled';
      /** @description Paths of what belongs to this, by name. */
      links: {
        [key: string]: string;
      };
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      code: string;
      errors?: {
        pointer: string;
        detail: string;
      }[];
      retryable: boolean;
      traceId?: string;
    };
    JsonValue: unknown;
    /** Fact */
    Fact:
      | {
          /** @constant */
          type: 'run.accepted';
          at: number;
          pipeline: string;
          plan: string;
          input?: unknown;
          source: string;
          idempotencyKey?: string;
          startAt?: number;
          key?: string;
          /** @enum {string} */
          priority?: 'high' | 'normal' | 'low';
          tenant?: string;
          /** @constant */
          queued?: true;
          hold?: string;
          behind?: string;
          parent?: {
            run: string;
            step: string;
            attempt: number;
            parks: boolean;
            trace: string;
            items?: number;
          };
          trace?: string;
          link?: string;
          given?: {
            [key: string]: unknown;
          };
          replayOf?: {
            run: string;
            from: string;
            /** @constant */
            trial?: true;
          };
          /** @constant */
          refresh?: true;
          by?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'run.queued';
          at: number;
          /** @constant */
          hold?: true;
        }
      | {
          /** @constant */
          type: 'run.begun';
          at: number;
        }
      | {
          /** @constant */
          type: 'run.paused';
          at: number;
          by?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'run.resumed';
          at: number;
          by?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'step.requested';
          step: string;
          at: number;
          attempt: number;
          stage?: string;
          child?: string;
          timeoutMs?: number;
          fallback?: true | number;
        }
      | {
          /** @constant */
          type: 'step.lookup';
          step: string;
          at: number;
          attempt: number;
          key: string;
          maxAgeMs: number;
          /** @constant */
          refresh?: true;
        }
      | {
          /** @constant */
          type: 'step.cached';
          step: string;
          at: number;
          attempt: number;
          output: unknown;
          storedAt: number;
          executedBy: string;
          summary?: string;
        }
      | {
          /** @constant */
          type: 'step.lookup-dropped';
          step: string;
          at: number;
          attempt: number;
        }
      | {
          /** @constant */
          type: 'step.completed';
          step: string;
          at: number;
          attempt: number;
          startedAt: number;
          output: unknown;
          next?: string[];
          skipped?: string[];
          /** @constant */
          degraded?: true;
          insteadOf?: {
            code: string;
            message: string;
            answer?: string;
          };
          summary?: string;
          calls?: {
            items: {
              prompt: string;
              /** @enum {string} */
              operation: 'chat' | 'embeddings' | 'rerank';
              provider: string;
              model: string;
              hop: {
                index: number;
                name: string;
              };
              /** @constant */
              isReask?: true;
              /** @constant */
              isKept?: true;
              ms: number;
              tokens?: {
                input?: number;
                output?: number;
                cacheRead?: number;
              };
              /** @enum {string} */
              finish?: 'stop' | 'length' | 'refused' | 'tool-calls' | 'other';
              code?: string;
              /** @constant */
              hasContent?: true;
            }[];
            total?: number;
          };
          trace?: string;
        }
      | {
          /** @constant */
          type: 'step.failed';
          step: string;
          at: number;
          attempt: number;
          startedAt?: number;
          failure: {
            code: string;
            /** @enum {string} */
            kind: 'transient' | 'permanent';
            message: string;
            retryAfterMs?: number;
            details?: {
              pointer: string;
              detail: string;
            }[];
          };
          answer?: string;
          calls?: {
            items: {
              prompt: string;
              /** @enum {string} */
              operation: 'chat' | 'embeddings' | 'rerank';
              provider: string;
              model: string;
              hop: {
                index: number;
                name: string;
              };
              /** @constant */
              isReask?: true;
              /** @constant */
              isKept?: true;
              ms: number;
              tokens?: {
                input?: number;
                output?: number;
                cacheRead?: number;
              };
              /** @enum {string} */
              finish?: 'stop' | 'length' | 'refused' | 'tool-calls' | 'other';
              code?: string;
              /** @constant */
              hasContent?: true;
            }[];
            total?: number;
          };
          trace?: string;
        }
      | {
          /** @constant */
          type: 'step.prolonged';
          step: string;
          at: number;
          attempt: number;
          due: number;
        }
      | {
          /** @constant */
          type: 'step.deferred';
          step: string;
          at: number;
          attempt: number;
          startedAt: number;
          due: number;
          waitsFor?: string;
          trace?: string;
        }
      | {
          /** @constant */
          type: 'step.retrying';
          step: string;
          at: number;
          attempt: number;
          due: number;
          fallback?: true | number;
        }
      | {
          /** @constant */
          type: 'step.skipped';
          step: string;
          at: number;
        }
      | {
          /** @constant */
          type: 'step.spread';
          step: string;
          at: number;
          /** @enum {string} */
          as: 'map' | 'loop' | 'race';
          items: number;
          from: number;
          keys?: string[];
        }
      | {
          /** @constant */
          type: 'step.item-failed';
          step: string;
          at: number;
          failure: {
            code: string;
            /** @enum {string} */
            kind: 'transient' | 'permanent';
            message: string;
            retryAfterMs?: number;
            details?: {
              pointer: string;
              detail: string;
            }[];
          };
        }
      | {
          /** @constant */
          type: 'step.gathered';
          step: string;
          at: number;
          /** @constant */
          collect?: true;
        }
      | {
          /** @constant */
          type: 'step.child';
          step: string;
          at: number;
          attempt: number;
          /** @enum {string} */
          status: 'running' | 'waiting' | 'dead-lettered';
        }
      | {
          /** @constant */
          type: 'step.waiting';
          step: string;
          at: number;
          /** @enum {string} */
          kind: 'review' | 'signal' | 'sleep';
          show?: unknown;
          due?: number;
          from?: {
            topic: string;
            key: string;
          };
          assignee?: string;
          group?: string;
        }
      | {
          /** @constant */
          type: 'step.claimed';
          step: string;
          at: number;
          by: string;
          from?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'step.unclaimed';
          step: string;
          at: number;
          by?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'step.escalated';
          step: string;
          at: number;
          assignee?: string;
          group?: string;
        }
      | {
          /** @constant */
          type: 'step.answered';
          step: string;
          at: number;
          id: string;
          output: unknown;
          by?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'step.signal-kept';
          step: string;
          at: number;
          id: string;
          payload: unknown;
          by?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'step.answer-refused';
          step: string;
          at: number;
          id: string;
          failure: {
            code: string;
            /** @enum {string} */
            kind: 'transient' | 'permanent';
            message: string;
            retryAfterMs?: number;
            details?: {
              pointer: string;
              detail: string;
            }[];
          };
          by?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'step.defaulted';
          step: string;
          at: number;
          output: unknown;
          failure?: {
            code: string;
            /** @enum {string} */
            kind: 'transient' | 'permanent';
            message: string;
            retryAfterMs?: number;
            details?: {
              pointer: string;
              detail: string;
            }[];
          };
        }
      | {
          /** @constant */
          type: 'step.replayed';
          step: string;
          at: number;
          output: unknown;
        }
      | {
          /** @constant */
          type: 'step.valued';
          step: string;
          at: number;
          output: unknown;
        }
      | {
          /** @constant */
          type: 'step.dead-lettered';
          step: string;
          at: number;
          deadLetter: string;
          failure: {
            code: string;
            /** @enum {string} */
            kind: 'transient' | 'permanent';
            message: string;
            retryAfterMs?: number;
            details?: {
              pointer: string;
              detail: string;
            }[];
          };
          input: unknown;
        }
      | {
          /** @constant */
          type: 'step.redriven';
          step: string;
          at: number;
          deadLetter: string;
          input?: unknown;
          by?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'run.moved';
          at: number;
          plan: string;
          before: string;
          from: string;
          kept: string[];
          restarted: string[];
          attempt: number;
          deadLetters?: string[];
          by?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'run.move-refused';
          at: number;
          plan: string;
          from: string;
          failure: {
            code: string;
            /** @enum {string} */
            kind: 'transient' | 'permanent';
            message: string;
            retryAfterMs?: number;
            details?: {
              pointer: string;
              detail: string;
            }[];
          };
          by?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'run.compensating';
          at: number;
          /** @enum {string} */
          as: 'failed' | 'cancelled';
          failure?: {
            code: string;
            /** @enum {string} */
            kind: 'transient' | 'permanent';
            message: string;
            retryAfterMs?: number;
            details?: {
              pointer: string;
              detail: string;
            }[];
          };
          step?: string;
          undoes?: {
            step: string;
            attempt: number;
          };
          by?: string;
          reason?: string;
        }
      | {
          /** @constant */
          type: 'run.completed';
          at: number;
          output: unknown;
        }
      | {
          /** @constant */
          type: 'run.failed';
          at: number;
          step?: string;
          failure: {
            code: string;
            /** @enum {string} */
            kind: 'transient' | 'permanent';
            message: string;
            retryAfterMs?: number;
            details?: {
              pointer: string;
              detail: string;
            }[];
          };
          handler?: string;
        }
      | {
          /** @constant */
          type: 'run.cancelled';
          at: number;
          by?: string;
          reason?: string;
        };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type RunView = components['schemas']['RunView'];
export type RunList = components['schemas']['RunList'];
export type History = components['schemas']['History'];
export type ReviewView = components['schemas']['ReviewView'];
export type ReviewList = components['schemas']['ReviewList'];
export type DeadLetterView = components['schemas']['DeadLetterView'];
export type DeadLetterList = components['schemas']['DeadLetterList'];
export type DeadLetterGroupView = components['schemas']['DeadLetterGroupView'];
export type DeadLetterGroupList = components['schemas']['DeadLetterGroupList'];
export type JobView = components['schemas']['JobView'];
export type JobList = components['schemas']['JobList'];
export type JobItemView = components['schemas']['JobItemView'];
export type JobItemList = components['schemas']['JobItemList'];
export type JobPreview = components['schemas']['JobPreview'];
export type RunJobPreview = components['schemas']['RunJobPreview'];
export type ComparisonView = components['schemas']['ComparisonView'];
export type EraseJobPreview = components['schemas']['EraseJobPreview'];
export type ReplayPreview = components['schemas']['ReplayPreview'];
export type ActView = components['schemas']['ActView'];
export type ActList = components['schemas']['ActList'];
export type AuditCheck = components['schemas']['AuditCheck'];
export type PipelineView = components['schemas']['PipelineView'];
export type PipelineList = components['schemas']['PipelineList'];
export type StageList = components['schemas']['StageList'];
export type StageView = components['schemas']['StageView'];
export type TopicList = components['schemas']['TopicList'];
export type TopicView = components['schemas']['TopicView'];
export type RecordList = components['schemas']['RecordList'];
export type ModelsView = components['schemas']['ModelsView'];
export type QuotaView = components['schemas']['QuotaView'];
export type BudgetView = components['schemas']['BudgetView'];
export type PricesView = components['schemas']['PricesView'];
export type SpendingList = components['schemas']['SpendingList'];
export type VersionList = components['schemas']['VersionList'];
export type VersionDetail = components['schemas']['VersionDetail'];
export type DeploymentView = components['schemas']['DeploymentView'];
export type DiffList = components['schemas']['DiffList'];
export type CheckView = components['schemas']['CheckView'];
export type ScheduleList = components['schemas']['ScheduleList'];
export type OverviewView = components['schemas']['OverviewView'];
export type FacetView = components['schemas']['FacetView'];
export type ChangeView = components['schemas']['ChangeView'];
export type RecoveryReport = components['schemas']['RecoveryReport'];
export type Accepted = components['schemas']['Accepted'];
export type Problem = components['schemas']['Problem'];
export type JsonValue = components['schemas']['JsonValue'];
export type Fact = components['schemas']['Fact'];
export type $defs = Record<string, never>;
export interface operations {
  listRuns: {
    parameters: {
      query?: {
        status?:
          | 'held'
          | 'running'
          | 'waiting'
          | 'paused'
          | 'compensating'
          | 'completed'
          | 'failed'
          | 'dead-lettered'
          | 'cancelled';
        pipeline?: string;
        state?:
          | 'held'
          | 'running'
          | 'waiting'
          | 'paused'
          | 'compensating'
          | 'completed'
          | 'failed'
          | 'dead-lettered'
          | 'cancelled'
          | 'retrying'
          | 'waiting-for-model'
          | 'waiting-for-person'
          | 'waiting-for-signal'
          | 'sleeping'
          | 'waiting-for-run'
          | 'no-consumer';
        where?: string;
        code?: string;
        tag?: string;
        text?: string;
        since?: string;
        until?: string;
        degraded?: 'true' | 'false';
        parent?: string;
        detail?: 'true' | 'false';
        limit?: number;
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of runs. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunList'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. INVALID_CURSOR: The cursor does not belong to this list. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  startRun: {
    parameters: {
      query?: {
        pipeline?: string;
        startAt?: string;
        priority?: 'high' | 'normal' | 'low';
        tenant?: string;
      };
      header?: {
        /** @description The same key and input give the same run, however often it is asked for; with another input it is refused. The answer comes when the run was taken on. */
        'Idempotency-Key'?: string;
        /** @description `wait=N` waits up to N seconds (60 at most) for the run to end or to wait for somebody. */
        Prefer?: string;
        /** @description W3C trace context of the caller. */
        traceparent?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          pipeline: string;
          input: unknown;
          /**
           * Format: date-time
           * @description The run begins then; at once without it.
           */
          startAt?: string;
          /**
           * @description How soon stages take its steps; as the pipeline says without it.
           * @enum {string}
           */
          priority?: 'high' | 'normal' | 'low';
          /** @description Whose it is; as the pipeline says without it. */
          tenant?: string;
        };
        'message/rfc822': string;
      };
    };
    responses: {
      /** @description With `Prefer: wait`: the run, ended or waiting. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunView'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_JSON: The body is not JSON. INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description TOO_LARGE: The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_INPUT: The input does not fit the pipeline. IDEMPOTENCY_KEY_REUSED: The idempotency key was used for another input. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. NOT_TAKEN_ON_YET: The run has not been taken on yet. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The run. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunView'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getHistory: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The facts. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['History'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  watchRun: {
    parameters: {
      query?: {
        after?: number;
      };
      header?: {
        /** @description Goes on after this sequence number. */
        'Last-Event-ID'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Server-sent events. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description The run is over and all of it was seen. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  streamStep: {
    parameters: {
      query?: never;
      header?: {
        /** @description Goes on behind this event, where the same attempt still writes. */
        'Last-Event-ID'?: string;
      };
      path: {
        id: string;
        step: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Server-sent events. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description The step is over: its output is in the run. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. UNKNOWN_STEP: No such step. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description TOO_MANY_WATCHED: Too many steps are watched here. BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  countRuns: {
    parameters: {
      query?: {
        status?:
          | 'held'
          | 'running'
          | 'waiting'
          | 'paused'
          | 'compensating'
          | 'completed'
          | 'failed'
          | 'dead-lettered'
          | 'cancelled';
        pipeline?: string;
        state?:
          | 'held'
          | 'running'
          | 'waiting'
          | 'paused'
          | 'compensating'
          | 'completed'
          | 'failed'
          | 'dead-lettered'
          | 'cancelled'
          | 'retrying'
          | 'waiting-for-model'
          | 'waiting-for-person'
          | 'waiting-for-signal'
          | 'sleeping'
          | 'waiting-for-run'
          | 'no-consumer';
        where?: string;
        code?: string;
        tag?: string;
        text?: string;
        since?: string;
        until?: string;
        degraded?: 'true' | 'false';
        parent?: string;
        by?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The values and their counts. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FacetView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  cancelRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          by?: string;
          reason?: string;
          /** @description Undo first what the run has done, the last first. */
          compensate?: boolean;
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  pauseRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  resumeRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  tagRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          add?: string[];
          remove?: string[];
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  noteRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          text: string;
          by?: string;
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  reportOutcome: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The kind of outcome, e.g. `rating`; runs are found by it as `outcomes.NAME`. */
          name: string;
          /** @description A number, a text or a boolean. */
          value: string | number | boolean;
          /** @description What there is to say about it. */
          comment?: string;
          by?: string;
          /** @description The sender’s: the same one twice is one outcome. */
          id?: string;
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  reportOutcomeByAttribute: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The kind of outcome, e.g. `rating`; runs are found by it as `outcomes.NAME`. */
          name: string;
          /** @description A number, a text or a boolean. */
          value: string | number | boolean;
          /** @description What there is to say about it. */
          comment?: string;
          by?: string;
          /** @description The sender’s: the same one twice is one outcome. */
          id?: string;
          /** @description The business attribute by which the run is found: the newest run that has it. */
          attribute: {
            name: string;
            value: string | number | boolean;
            pipeline?: string;
          };
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  replayRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The first step that is executed again; what ended before it is taken as it is. */
          from: string;
          /** @description Another version of the pipeline: its number, or a plan. */
          to?: number | string;
          /** @description Another input of the run. */
          input?: unknown;
          /** @description Other outputs of steps that are not executed, by step. */
          outputs?: {
            [key: string]: unknown;
          };
          /** @description Executes steps that have effects outside, too. */
          allowEffects?: boolean;
          /** @description Only says which steps would be executed. */
          dryRun?: boolean;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description With `dryRun`: the steps that would be taken and executed. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReplayPreview'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. UNKNOWN_VERSION: No such version. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description MOVE_REFUSED: The run does not fit the plan. EFFECTS_NOT_ALLOWED: The replay would have effects outside. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  signalStep: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        step: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          payload: unknown;
          id?: string;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. UNKNOWN_STEP: No such step. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_ANSWER: The answer does not fit the step. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  answerStep: {
    parameters: {
      query?: {
        token?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': unknown;
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_JSON: The body is not JSON. INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_CALLBACK: No step is answered here. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description CALLBACK_OVER: The step does not wait for this answer any more. */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_ANSWER: The answer does not fit the step. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getOverview: {
    parameters: {
      query?: {
        pipeline?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The counts. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OverviewView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getBlob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        run: string;
        sha256: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bytes. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': string;
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_BLOB: There is no such blob. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BLOB_UNREADABLE: The blob cannot be read. */
      502: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BLOB_STORE_AWAY: The blob store cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  watchChanges: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Server-sent events. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listReviews: {
    parameters: {
      query?: {
        pipeline?: string;
        kind?: 'review' | 'signal';
        assignee?: string;
        group?: string;
        claimedBy?: string;
        limit?: number;
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of reviews. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReviewList'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. INVALID_CURSOR: The cursor does not belong to this list. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getReview: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The review. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReviewView'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_REVIEW: No such review. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  answerReview: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          answer: unknown;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_REVIEW: No such review. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. REVIEW_CLAIMED: Somebody else has claimed the review. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_ANSWER: The answer does not fit the step. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  claimReview: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          by: string;
          reason?: string;
          /** @description Also from somebody else who has claimed it. */
          takeOver?: boolean;
        };
      };
    };
    responses: {
      /** @description It is so. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_REVIEW: No such review. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. REVIEW_CLAIMED: Somebody else has claimed the review. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  unclaimReview: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description It is so. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_REVIEW: No such review. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listDeadLetters: {
    parameters: {
      query?: {
        status?: 'open' | 'redriven' | 'resolved' | 'closed';
        pipeline?: string;
        stage?: string;
        code?: string;
        fingerprint?: string;
        text?: string;
        since?: string;
        until?: string;
        where?: string;
        limit?: number;
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of dead letters. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterList'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. INVALID_CURSOR: The cursor does not belong to this list. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listDeadLetterGroups: {
    parameters: {
      query?: {
        status?: 'open' | 'redriven' | 'resolved' | 'closed';
        pipeline?: string;
        stage?: string;
        code?: string;
        fingerprint?: string;
        text?: string;
        since?: string;
        until?: string;
        where?: string;
        limit?: number;
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of groups. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterGroupList'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. INVALID_CURSOR: The cursor does not belong to this list. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getDeadLetter: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The dead letter. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterView'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_DEAD_LETTER: No such dead letter. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  redrive: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description For a parked step: the input that its stage gets instead, from now on. */
          input?: unknown;
          /** @description For a parked step: another version of the pipeline, with which its run goes on from the step. */
          to?: number | string;
          /** @description Refused if it was redriven this often before. 10 unless given. */
          maxRedrives?: number;
          /** @description Only says what would happen. */
          dryRun?: boolean;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_VERSION: No such version. UNKNOWN_DEAD_LETTER: No such dead letter. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description REDRIVE_REFUSED: The record cannot be sent to where the dead letter says it came from. NOT_ALLOWED_NOW: This cannot be done now. DEAD_LETTER_TAKEN: Somebody else was first with this dead letter. REDRIVES_USED_UP: The dead letter has come back too often. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description MOVE_REFUSED: The run does not fit the plan. INVALID_INPUT: The input does not fit the pipeline. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  resolveDeadLetter: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The dead letter as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterView'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_DEAD_LETTER: No such dead letter. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. DEAD_LETTER_TAKEN: Somebody else was first with this dead letter. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  reopenDeadLetter: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The dead letter as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterView'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_DEAD_LETTER: No such dead letter. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. DEAD_LETTER_TAKEN: Somebody else was first with this dead letter. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  assignDeadLetter: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description The person; nobody without it. */
          to?: string;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The dead letter as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterView'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_DEAD_LETTER: No such dead letter. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. DEAD_LETTER_TAKEN: Somebody else was first with this dead letter. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  noteDeadLetter: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          text: string;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The dead letter as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterView'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_DEAD_LETTER: No such dead letter. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. DEAD_LETTER_TAKEN: Somebody else was first with this dead letter. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  tagDeadLetter: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          add?: string[];
          remove?: string[];
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The dead letter as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterView'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_DEAD_LETTER: No such dead letter. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. DEAD_LETTER_TAKEN: Somebody else was first with this dead letter. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  linkDeadLetter: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          url: string;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The dead letter as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadLetterView'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_DEAD_LETTER: No such dead letter. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. DEAD_LETTER_TAKEN: Somebody else was first with this dead letter. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listJobs: {
    parameters: {
      query?: {
        status?: 'running' | 'paused' | 'stopped' | 'completed';
        limit?: number;
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of jobs. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobList'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. INVALID_CURSOR: The cursor does not belong to this list. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  beginJob: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description What is done with each letter.
           * @enum {string}
           */
          kind: 'redrive' | 'resolve';
          /** @description The letters: those that are open when the job begins and fit each field. All without any. */
          filter: {
            pipeline?: string;
            stage?: string;
            code?: string;
            fingerprint?: string;
            text?: string;
            /**
             * Format: date-time
             * @description Parked at this time or later.
             */
            since?: string;
            /**
             * Format: date-time
             * @description Parked before this time.
             */
            until?: string;
            where?: string;
          };
          /** @description The most letters each second. */
          perSecond?: number;
          /** @description Letters that were redriven this often before are refused. 10 unless given. */
          maxRedrives?: number;
          /** @description Only says which letters the job would be about. */
          dryRun?: boolean;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description With `dryRun`: what the job would be about. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobPreview'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  beginReplayJob: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The runs: those that fit each field when the job begins. */
          runs: {
            pipeline: string;
            /** @enum {string} */
            status?:
              | 'held'
              | 'running'
              | 'waiting'
              | 'paused'
              | 'compensating'
              | 'completed'
              | 'failed'
              | 'dead-lettered'
              | 'cancelled';
            where?: string;
            /**
             * Format: date-time
             * @description Accepted at this time or later.
             */
            since?: string;
            /**
             * Format: date-time
             * @description Accepted before this time.
             */
            until?: string;
          };
          /** @description Another version of the pipeline: its number, or a plan. */
          to?: number | string;
          /** @description Executes steps that have effects outside, too. */
          allowEffects?: boolean;
          /** @description Only says which runs the job would be about, and which steps it would execute. */
          dryRun?: boolean;
          by?: string;
          reason?: string;
          /** @description The first step that is executed again. */
          from: string;
          /** @description The most runs each second. */
          perSecond?: number;
        };
      };
    };
    responses: {
      /** @description With `dryRun`: what the job would be about. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunJobPreview'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. UNKNOWN_VERSION: No such version. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description MOVE_REFUSED: The run does not fit the plan. EFFECTS_NOT_ALLOWED: The replay would have effects outside. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  beginCompareJob: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The runs: those that fit each field when the job begins. */
          runs: {
            pipeline: string;
            /** @enum {string} */
            status?:
              | 'held'
              | 'running'
              | 'waiting'
              | 'paused'
              | 'compensating'
              | 'completed'
              | 'failed'
              | 'dead-lettered'
              | 'cancelled';
            where?: string;
            /**
             * Format: date-time
             * @description Accepted at this time or later.
             */
            since?: string;
            /**
             * Format: date-time
             * @description Accepted before this time.
             */
            until?: string;
          };
          /** @description Another version of the pipeline: its number, or a plan. */
          to?: number | string;
          /** @description Executes steps that have effects outside, too. */
          allowEffects?: boolean;
          /** @description Only says which runs the job would be about, and which steps it would execute. */
          dryRun?: boolean;
          by?: string;
          reason?: string;
          /** @description The steps that are executed again; without them those that differ in the other version. */
          steps?: string[];
          /** @description The most runs each second. */
          perSecond?: number;
        };
      };
    };
    responses: {
      /** @description With `dryRun`: what the job would be about. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunJobPreview'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. UNKNOWN_VERSION: No such version. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description MOVE_REFUSED: The run does not fit the plan. EFFECTS_NOT_ALLOWED: The replay would have effects outside. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  beginEraseJob: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The business attribute that names the person; of one pipeline, or of all. */
          attribute: {
            name: string;
            value: string | number | boolean;
            pipeline?: string;
          };
          /** @description The most runs each second. */
          perSecond?: number;
          /** @description Only says what the job would erase, and what it cannot reach. */
          dryRun?: boolean;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description With `dryRun`: what the job would erase. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EraseJobPreview'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getComparison: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The result. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ComparisonView'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_JOB: No such job. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The job. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobView'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_JOB: No such job. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listJobItems: {
    parameters: {
      query?: {
        status?:
          | 'waiting'
          | 'sent'
          | 'redriven'
          | 'resolved'
          | 'refused'
          | 'skipped'
          | 'replayed'
          | 'same'
          | 'different'
          | 'failed'
          | 'erased';
        limit?: number;
        cursor?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of items. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobItemList'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. INVALID_CURSOR: The cursor does not belong to this list. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_JOB: No such job. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  pauseJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description With `resume`: another rate. */
          perSecond?: number;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The job as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobView'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_JOB: No such job. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  resumeJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description With `resume`: another rate. */
          perSecond?: number;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The job as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobView'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_JOB: No such job. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  stopJob: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description With `resume`: another rate. */
          perSecond?: number;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description The job as it is now. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JobView'];
        };
      };
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_JOB: No such job. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listActs: {
    parameters: {
      query?: {
        kind?: string;
        subject?: string;
        by?: string;
        since?: string;
        until?: string;
        order?: 'newest' | 'oldest';
        limit?: number;
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of acts. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ActList'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. INVALID_CURSOR: The cursor does not belong to this list. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  checkAudit: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was found. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AuditCheck'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listPipelines: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PipelineList'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getPipeline: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The pipeline. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PipelineView'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listSchedules: {
    parameters: {
      query?: {
        pipeline?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ScheduleList'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  makeSchedule: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          pipeline: string;
          name: string;
          /** @description Minute, hour, day of the month, month, day of the week. */
          cron: string;
          /** @description IANA, e.g. Europe/Berlin. UTC unless given. */
          zone?: string;
          /**
           * @description Which missed times still start a run: none, the last one (the default), or all of them.
           * @enum {string}
           */
          catchUp?: 'none' | 'last' | 'all';
          /** @description The input of each run. */
          input: unknown;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Applied. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description Durable, and about to be applied: look at the link `self`. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description SCHEDULE_REFUSED: The schedule cannot be made. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  removeSchedule: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          pipeline: string;
          name: string;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Applied. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description Durable, and about to be applied: look at the link `self`. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. UNKNOWN_SCHEDULE: No such schedule. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description SCHEDULE_REFUSED: The schedule cannot be made. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listVersions: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['VersionList'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  deployVersion: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key is the same deployment. */
        'Idempotency-Key'?: string;
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The compiled pipeline. */
          plan: {
            pipeline: string;
          } & {
            [key: string]: unknown;
          };
          /**
           * @description JSON Schemas by stage, as far as they are known.
           * @default {}
           */
          contracts?: {
            [key: string]: {
              input: components['schemas']['JsonValue'];
              output: components['schemas']['JsonValue'];
            };
          };
          /** @description Deploys also where nobody serves a stage, or what a step gives cannot fit the contract of its stage. */
          allowUnserved?: boolean;
          /** @description Makes it the canary of so many new runs; without it all new runs get it. */
          share?: number;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Applied. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description Durable, and about to be applied: look at the link `self`. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description TOO_LARGE: The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description PLAN_REFUSED: The plan cannot be run. STAGE_UNSERVED: No process serves a stage of the plan. CONTRACT_MISFIT: The plan does not fit the contract of a stage. CONTRACT_BREAKS: A stage’s new contract would break those who know it. STAGE_TOPIC_MISSING: A stage has no topic. TRIGGER_TOPIC_MISSING: The topic of a trigger does not exist. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getVersion: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
        version: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The version. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['VersionDetail'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. UNKNOWN_VERSION: No such version. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  diffVersions: {
    parameters: {
      query?: {
        from?: string;
        to?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The differences. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DiffList'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. UNKNOWN_VERSION: No such version. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  routePipeline: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * @description `promote`: the canary becomes current. `rollback`: it goes, or else the version before comes back.
           * @enum {string}
           */
          action: 'promote' | 'rollback' | 'canary';
          /** @description For `rollback` and `canary`. */
          version?: number;
          /** @description For `canary`. */
          share?: number;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Applied. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description Durable, and about to be applied: look at the link `self`. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. UNKNOWN_VERSION: No such version. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NO_CANARY: There is no canary. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  pausePipeline: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Applied. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description Durable, and about to be applied: look at the link `self`. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  resumePipeline: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Applied. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description Durable, and about to be applied: look at the link `self`. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_PIPELINE: No such pipeline. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  checkVersion: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The compiled pipeline. */
          plan: {
            pipeline: string;
          } & {
            [key: string]: unknown;
          };
          /**
           * @description JSON Schemas by stage, as far as they are known.
           * @default {}
           */
          contracts?: {
            [key: string]: {
              input: components['schemas']['JsonValue'];
              output: components['schemas']['JsonValue'];
            };
          };
        };
      };
    };
    responses: {
      /** @description The changes that a deployment would make. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CheckView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description TOO_LARGE: The request is too large. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description PLAN_REFUSED: The plan cannot be run. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getDeployment: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It was applied. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeploymentView'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_DEPLOYMENT: No such deployment. UNKNOWN_VERSION: No such version. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NO_CANARY: There is no canary. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description PLAN_REFUSED: The plan cannot be run. CONTRACT_BREAKS: A stage’s new contract would break those who know it. STAGE_TOPIC_MISSING: A stage has no topic. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  moveRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description A version of the run’s pipeline, or a plan. */
          to: number | string;
          /** @description The step of that plan to go on from. */
          from: string;
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RUN: No such run. UNKNOWN_VERSION: No such version. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description NOT_ALLOWED_NOW: This cannot be done now. */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description MOVE_REFUSED: The run does not fit the plan. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  beginRecovery: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          by?: string;
          reason?: string;
          /** @description Brings the store up to its topics; without it only says what that would do. */
          apply?: boolean;
        };
      };
    };
    responses: {
      /** @description Durable, and about to take effect. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Accepted'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getRecovery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As far as it has come. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RecoveryReport'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_RECOVERY: No such recovery. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listStages: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StageList'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  limitStage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The number of steps at once over all processes; at least one for each partition. */
          concurrency?: number;
          /** @description The number of steps that begin each second. */
          perSecond?: number;
          /** @description How often a tenant’s turn comes, compared with one of weight 1. */
          weights?: {
            [key: string]: number;
          };
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable; every process hears of it within moments. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StageView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_STAGE: No such stage. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description LIMIT_TOO_SMALL: The limit is smaller than the number of partitions. INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  pauseStage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable; every process hears of it within moments. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StageView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_STAGE: No such stage. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  resumeStage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable; every process hears of it within moments. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StageView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_STAGE: No such stage. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listTopics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "name": "millrace.runs",
           *           "about": "Events about runs.",
           *           "partitions": 4,
           *           "records": 18402
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['TopicList'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getTopic: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The topic. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "name": "millrace.runs",
           *       "about": "Events about runs.",
           *       "partitions": 1,
           *       "records": 18402,
           *       "ranges": [
           *         {
           *           "partition": 0,
           *           "start": 0,
           *           "end": 18402
           *         }
           *       ],
           *       "groups": [
           *         {
           *           "name": "millrace.coordinator.runs",
           *           "consumers": 2,
           *           "backlog": 3,
           *           "partitions": [
           *             {
           *               "partition": 0,
           *               "committed": 18399,
           *               "backlog": 3
           *             }
           *           ]
           *         }
           *       ]
           *     }
           */
          'application/json': components['schemas']['TopicView'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_TOPIC: No such topic. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listRecords: {
    parameters: {
      query?: {
        partition?: number;
        from?: 'oldest' | number;
        at?: string;
        order?: 'newest' | 'oldest';
        key?: string;
        text?: string;
        contentBytes?: number;
        limit?: number;
        cursor?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The records that were found. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "partition": 0,
           *           "offset": 18401,
           *           "at": "2027-01-31T09:00:00.000Z",
           *           "keyBytes": 0,
           *           "valueBytes": 61,
           *           "value": {
           *             "form": "json",
           *             "text": "[{\"type\":\"run.woken\",\"run\":\"run_4f2a\",\"at\":1801386000000}]"
           *           },
           *           "headers": [
           *             {
           *               "name": "ce_type",
           *               "form": "text",
           *               "text": "millrace.run.events"
           *             }
           *           ],
           *           "says": {
           *             "items": [
           *               {
           *                 "type": "run.woken",
           *                 "run": "run_4f2a"
           *               }
           *             ],
           *             "total": 1
           *           }
           *         }
           *       ],
           *       "next": "w5t1_J3k.MDoxODQwMQ",
           *       "looked": {
           *         "records": 1,
           *         "bytes": 61
           *       },
           *       "ended": "limit"
           *     }
           */
          'application/json': components['schemas']['RecordList'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. INVALID_CURSOR: The cursor does not belong to this list. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description CONTENT_HIDDEN: This gateway does not show what records hold. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_TOPIC: No such topic. */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description TOO_MANY_SEARCHES: Too many people read topics through this gateway now. BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getModels: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As they were set last; what waits and runs as of moments ago. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ModelsView'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  setModelQuota: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description The provider of the model; `*` for all. */
          provider: string;
          /** @description The model; `*` for all. */
          model: string;
          /**
           * @description The tenant that has a quota of its own; `*` for all, which share it.
           * @default *
           */
          tenant?: string;
          /** @description The number of calls in the window. */
          requests?: number;
          /** @description The number of tokens of prompts and answers in the window. */
          tokens?: number;
          /**
           * @description The length of the window in milliseconds; a minute without it.
           * @default 60000
           */
          perMs?: number;
          /** @description The number of calls at once. */
          concurrency?: number;
          /** @description The shares of tenants and pipelines that wait, as multiples of weight 1. */
          weights?: {
            tenants?: {
              [key: string]: number;
            };
            pipelines?: {
              [key: string]: number;
            };
          };
          /** @description Stops calling a provider that has failed so often in a row, for so long. */
          breaker?: {
            failures: number;
            pauseMs: number;
          };
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable; it holds within moments. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuotaView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  setModelBudget: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
          provider?: string;
          model?: string;
          tenant?: string;
          pipeline?: string;
          /**
           * @description The limits are for each call, step, run or day (UTC), or for all time.
           * @enum {string}
           */
          per: 'call' | 'step' | 'run' | 'day' | 'total';
          /** @description The most tokens of prompts and answers. */
          tokens?: number;
          /** @description The most money, in the currency of the price table. */
          money?: number;
          /** @description The most calls of a model. */
          calls?: number;
          /**
           * @description What happens to a call that does not fit: `warn` lets it through, `cheaper` fails it as MODEL_BUDGET_CHEAPER for a fallback, `wait` holds it until there is room, `stop` fails it as MODEL_BUDGET_SPENT.
           * @default stop
           * @enum {string}
           */
          atLimit?: 'warn' | 'cheaper' | 'wait' | 'stop';
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable; it holds within moments. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BudgetView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  setModelPrices: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          version: string;
          currency: string;
          /** @description For a million tokens of the prompt (`input`) and of the answer (`output`). */
          prices: {
            provider: string;
            model: string;
            input: number;
            output: number;
          }[];
          by?: string;
          reason?: string;
        };
      };
    };
    responses: {
      /** @description Durable; it holds within moments. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PricesView'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description READ_ONLY: This gateway only shows. UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNSUPPORTED_CONTENT_TYPE: This content type is not taken here. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INVALID_VALUE: The request holds a value that cannot be kept as it is. */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description BROKER_UNAVAILABLE: The broker cannot be reached. STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listModelSpending: {
    parameters: {
      query?: {
        from?: string;
        to?: string;
        tenant?: string;
        pipeline?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The newest day first. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SpendingList'];
        };
      };
      /** @description INVALID_REQUEST: The request is not valid. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description UNKNOWN_HOST: The gateway does not know the name it was asked by. CROSS_SITE: Another web site may not do this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description INTERNAL: Something went wrong here. */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description STORE_UNAVAILABLE: The store cannot be reached. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
}
