export { keepPresentModel } from "./keep-present-model";
export { listModels } from "./list-models";
export { askStatus, modelStatus } from "./model-status";
export { presentModel } from "./present-model";
export { promoteModel } from "./promote-model";
export { registerModel } from "./register-model";
export { rollBackModel } from "./roll-back-model";
export { exportTrainingSet } from "./training/export-training-set";
