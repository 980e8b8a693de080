import * as http from '@millrace/contracts/http';
import { accepted, ok, type Operation } from '../http/operation.js';
import { ReviewsQuery } from '../http/queries.js';

/** Reviews: what waits for a person, and their answers. */
export const REVIEW_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/reviews',
    id: 'listReviews',
    summary: 'Steps that wait for somebody, newest first.',
    query: ReviewsQuery,
    answers: ok('ReviewList', 'A page of reviews.'),
    problems: ['INVALID_REQUEST', 'INVALID_CURSOR'],
  },
  {
    method: 'GET',
    path: '/v1/reviews/{id}',
    id: 'getReview',
    summary: 'One review: what to look at, and the schema of the answer. Its id is `<run>.<step>`.',
    answers: ok('ReviewView', 'The review.'),
    problems: ['UNKNOWN_REVIEW'],
  },
  {
    method: 'POST',
    path: '/v1/reviews/{id}',
    id: 'answerReview',
    summary: 'Answers a review.',
    body: http.AnswerBody,
    answers: accepted,
    problems: [
      'INVALID_REQUEST',
      'UNKNOWN_REVIEW',
      'NOT_ALLOWED_NOW',
      'REVIEW_CLAIMED',
      'INVALID_ANSWER',
      'BROKER_UNAVAILABLE',
    ],
  },
  {
    method: 'POST',
    path: '/v1/reviews/{id}/claim',
    id: 'claimReview',
    summary:
      'Takes a review in hand, from somebody else only with `takeOver`: until it is given back or escalated, nobody else’s answer counts. Of two who ask at once one gets it, the other 409.',
    body: http.ClaimBody,
    answers: { ...accepted, ...ok('Accepted', 'It is so.') },
    problems: ['INVALID_REQUEST', 'UNKNOWN_REVIEW', 'NOT_ALLOWED_NOW', 'REVIEW_CLAIMED', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/reviews/{id}/unclaim',
    id: 'unclaimReview',
    summary: 'Gives a claimed review back, one’s own or, with the reason in the history, another’s.',
    body: http.ActBody,
    optionalBody: true,
    answers: { ...accepted, ...ok('Accepted', 'It is so.') },
    problems: ['INVALID_REQUEST', 'UNKNOWN_REVIEW', 'NOT_ALLOWED_NOW', 'BROKER_UNAVAILABLE'],
  },
];
