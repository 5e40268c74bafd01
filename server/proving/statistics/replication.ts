/**
 * What a promise must allow for, since it is kept in another run than the one that made it: standard
 * deviation of log(after ÷ before). Over 21 promises of a full run of `npm run bench -- advisor`, time
 * left as promised and as delivered differed by 0.021 (root mean square); ten proofs of the same data
 * differ by up to 0.007 beyond the noise each knows of (`--repeat 10`, `replication_sd`).
 */
export const REPLICATION_SD = 0.02;
