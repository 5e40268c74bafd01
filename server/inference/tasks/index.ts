export { AdversarialInput, adversarial } from "./adversarial";
export { confidence } from "./confidence";
export { chanceToPay, gainBucket, PAYS_FROM } from "./gain-buckets";
export { isLossy, OpinionInput, opinion, REASONS } from "./opinion";
export { prior } from "./prior";
export type { AnswerSchema, Choice, Task } from "./task";
