export interface Draft {
  product_id: string;
  base_url: string;
}
