-- Six questions of the policy `wiltshire`, answered by hand over a canonical log in Parquet: how many
-- duties arose, and what became of them, without evidence, reasons, citations or gaps.
--
-- The variable `log` is the file. The table `holidays` holds the dates that are no working days. Of every
-- question come four numbers: owed, done in time, done late, no record of it once the time was over.
-- What is not yet due is owed and nothing else. Corrections, merged and reopened episodes are not
-- heeded; a log for this script has none.

CREATE TEMP TABLE entry AS
SELECT
    child_id, episode_id, kind,
    epoch_us(CAST("at" AS TIMESTAMPTZ)) AS us,
    greatest(us, epoch_us(CAST(coalesce(recorded_at, "at") AS TIMESTAMPTZ))) AS known,
    category, ground, rationale, whereabouts, marker, concern, grade
FROM read_parquet(getvariable('log'))
WHERE kind IN (
    'reported', 'categorised', 'graded', 'concern_noted', 'marker_added', 'marker_removed',
    'located', 'returned', 'closed', 'inspector_informed', 'ppn_submitted',
    'return_interview_held', 'return_interview_declined', 'strategy_meeting_held'
);

SET VARIABLE as_of = (
    SELECT max(epoch_us(CAST(coalesce(recorded_at, "at") AS TIMESTAMPTZ)))
    FROM read_parquet(getvariable('log'))
);
SET VARIABLE minutes = 60000000;
SET VARIABLE hours = 3600000000;

-- One row an episode.
CREATE TEMP TABLE episode AS
SELECT
    child_id, episode_id,
    min(us) FILTER (kind = 'reported') AS reported,
    coalesce(bool_or(whereabouts = 'known') FILTER (kind = 'reported'), false) AS is_known,
    min(us) FILTER (kind IN ('located', 'returned', 'closed')) AS found,
    min(us) FILTER (kind = 'returned') AS returned,
    min(us) FILTER (kind = 'inspector_informed') AS informed,
    min(us) FILTER (kind = 'ppn_submitted') AS notified
FROM entry
WHERE episode_id IS NOT NULL
GROUP BY ALL
HAVING reported IS NOT NULL;

-- The duty inspector is told within an hour, unless it is known where the child is.
CREATE TEMP TABLE inspector AS
SELECT reported + 1 * getvariable('hours') AS due, informed AS done
FROM episode WHERE NOT is_known;

-- A notification is written within 24 hours of the report.
CREATE TEMP TABLE notification AS
SELECT reported + 24 * getvariable('hours') AS due, notified AS done FROM episode;

-- The return home interview is held within 72 hours of the return, unless the child declines it first.
CREATE TEMP TABLE interview AS
SELECT returned + 72 * getvariable('hours') AS due, held AS done
FROM (
    SELECT
        episode_id, returned,
        min(us) FILTER (kind = 'return_interview_held') AS held,
        min(us) FILTER (kind = 'return_interview_declined') AS declined
    FROM episode LEFT JOIN (
        SELECT episode_id, kind, us FROM entry
        WHERE kind IN ('return_interview_held', 'return_interview_declined')
    ) USING (episode_id)
    WHERE returned IS NOT NULL AND (us IS NULL OR us >= returned)
    GROUP BY ALL
    UNION ALL  -- all that is on record was before the return
    SELECT episode_id, returned, NULL, NULL
    FROM episode
    WHERE returned IS NOT NULL AND episode_id IN (
        SELECT episode_id FROM entry JOIN episode USING (episode_id)
        WHERE kind IN ('return_interview_held', 'return_interview_declined')
        GROUP BY ALL HAVING max(us) < any_value(returned)
    )
)
WHERE declined IS NULL OR declined > returned + 72 * getvariable('hours') OR held <= declined;

-- Concern for safety is used with a rationale on the log within 15 minutes (since September 2022).
CREATE TEMP TABLE labelled AS
SELECT
    episode_id,
    min(us) AS since,
    min(known) FILTER (rationale IS NOT NULL) AS done
FROM entry
WHERE kind = 'categorised' AND category = 'concern_for_safety'
GROUP BY ALL;

CREATE TEMP TABLE rationale AS
SELECT since + 15 * getvariable('minutes') AS due, done
FROM labelled JOIN episode USING (episode_id)
WHERE NOT is_known AND since >= epoch_us(TIMESTAMPTZ '2022-09-01 00:00:00+01');

-- Three missing episodes in 90 local days. An episode counts whatever its label, from the moment it has
-- one, except for concern for safety with ground and rationale within 15 minutes.
CREATE TEMP TABLE counted AS
WITH given AS (
    SELECT
        episode_id,
        category = 'concern_for_safety' AS concern,
        us, ground, known, rationale,
        lead(us) OVER (PARTITION BY episode_id ORDER BY us, known) AS next
    FROM entry WHERE kind = 'categorised'
),
since AS (
    SELECT episode_id, min(CASE
        WHEN NOT concern THEN us
        WHEN ground IN ('enquiries_not_made', 'exceptional_circumstances')
            AND rationale IS NOT NULL AND known <= us + 15 * getvariable('minutes') THEN NULL
        WHEN next <= us + 15 * getvariable('minutes') THEN NULL
        ELSE us + 15 * getvariable('minutes')
    END) AS since
    FROM given GROUP BY ALL
)
SELECT
    child_id, reported,
    greatest(since, reported) AS since,
    CAST(timezone('Europe/London', make_timestamptz(reported)) AS DATE) AS day
FROM since JOIN episode USING (episode_id)
WHERE NOT is_known AND since IS NOT NULL AND since <= getvariable('as_of');

CREATE TEMP TABLE reached AS
SELECT child_id, min(opened) AS opened
FROM (
    SELECT
        child_id,
        max(since) OVER w AS opened,
        day - lag(day, 2) OVER (PARTITION BY child_id ORDER BY reported) <= 90 AS together
    FROM counted
    WINDOW w AS (PARTITION BY child_id ORDER BY reported ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)
)
WHERE together
GROUP BY ALL;

-- The first meeting that each child is owed, within 5 working days.
CREATE TEMP TABLE working AS
SELECT day, row_number() OVER (ORDER BY day) AS number
FROM (
    SELECT CAST(unnest(generate_series(min(day), max(day), INTERVAL 1 DAY)) AS DATE) AS day
    FROM holidays
)
WHERE day NOT IN (SELECT day FROM holidays);

CREATE TEMP TABLE meeting AS
WITH owed AS (
    SELECT child_id, opened, last.day AS last
    FROM reached
    ASOF JOIN working AS before
        ON CAST(timezone('Europe/London', make_timestamptz(opened)) AS DATE) >= before.day
    JOIN working AS last ON last.number = before.number + 5
)
SELECT
    epoch_us(timezone('Europe/London', CAST(last + 1 AS TIMESTAMP))) - 1 AS due,
    min(entry.us) AS done
FROM owed LEFT JOIN entry
    ON entry.child_id = owed.child_id AND kind = 'strategy_meeting_held' AND us >= opened
GROUP BY owed.child_id, due;

-- Open episodes with a grade below high while a risk of self-harm was known: at once where the risk was
-- known when it was graded, after 30 minutes where it was learned later.
CREATE TEMP TABLE risk AS
SELECT child_id, episode_id, known AS since, NULL AS until
FROM entry WHERE kind = 'concern_noted' AND concern IN ('self_harm', 'suicidal_ideation')
UNION ALL
SELECT added.child_id, NULL, added.known, min(removed.known)
FROM entry AS added LEFT JOIN entry AS removed
    ON removed.child_id = added.child_id AND removed.kind = 'marker_removed'
    AND removed.marker = added.marker AND removed.known > added.known
WHERE added.kind = 'marker_added' AND added.marker IN ('self_harm', 'suicide')
GROUP BY added.child_id, added.marker, added.known;

CREATE TEMP TABLE grade AS
WITH given AS (
    SELECT
        child_id, episode_id, us, grade, reported, found,
        lead(us) OVER (PARTITION BY episode_id ORDER BY us, known) AS next
    FROM entry JOIN episode USING (child_id, episode_id)
    WHERE kind = 'graded'
),
short AS (
    SELECT
        given.episode_id,
        us AS at_once,
        greatest(us, since) AS opened,
        since > us AS learned_later,
        next, found
    FROM given JOIN risk ON risk.child_id = given.child_id
        AND (risk.episode_id IS NULL OR risk.episode_id = given.episode_id)
    WHERE grade <> 'high'
        AND us >= reported AND (found IS NULL OR us < found)
        AND since < least(coalesce(next, 9e18), coalesce(found, 9e18), getvariable('as_of') + 1)
        AND (until IS NULL OR until > us)
)
SELECT DISTINCT episode_id FROM short
WHERE NOT learned_later OR (
    least(coalesce(next, 9e18), coalesce(found, 9e18), getvariable('as_of'))
        > opened + 30 * getvariable('minutes')
);

SELECT
    question,
    count(*) AS owed,
    count(*) FILTER (done <= due) AS in_time,
    count(*) FILTER (done > due) AS late,
    count(*) FILTER (done IS NULL AND due < getvariable('as_of')) AS no_record
FROM (
    SELECT 'strategy-meeting' AS question, due, done FROM meeting
    UNION ALL SELECT 'concern-for-safety-rationale', due, done FROM rationale
    UNION ALL SELECT 'inspector-informed', due, done FROM inspector
    UNION ALL SELECT 'ppn-submitted', due, done FROM notification
    UNION ALL SELECT 'return-interview-held', due, done FROM interview
    UNION ALL SELECT 'self-harm-grading', 0, NULL FROM grade
)
GROUP BY question
ORDER BY question;
