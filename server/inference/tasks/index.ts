export { AdversarialInput, adversarial } from "./adversarial";
export { chanceToPay, confidence, gainBucket, PAYS_FROM, prior } from "./candidate";
export { isLossy, OpinionInput, opinion, REASONS } from "./opinion";
export type { AnswerSchema, Choice, Task } from "./task";
