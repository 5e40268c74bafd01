export { promoteModel, rollBackModel } from "./activate-model";
export { activeModel, listModels } from "./model-view";
export { registerModel } from "./register-model";
export { askStatus, modelStatus, serveActiveModel } from "./served-model";
export { exportTrainingSet } from "./training/export-training-set";
