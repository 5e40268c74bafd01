"use client";
import { PageTitle } from "@/components/common/blocks";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { Gathering } from "./gathering";
import { PatternsPanel } from "./patterns-panel";
import { ProductStatus } from "./product-status";
import { TablesPanel } from "./tables-panel";

/** What the sidecar sees of the product: its queries and its tables. */
export function WorkloadView() {
  return (
    <>
      <PageTitle
        title="Workload"
        lead="Queries and tables of the data product. Literals are replaced by parameters."
      />
      <div className="grid gap-5">
        <ProductStatus />
        <Gathering />
        <Tabs defaultValue="patterns">
          <TabsList aria-label="Views" className="mb-4">
            <TabsTrigger value="patterns">Query patterns</TabsTrigger>
            <TabsTrigger value="tables">Tables</TabsTrigger>
          </TabsList>
          <TabsContent value="patterns">
            <PatternsPanel />
          </TabsContent>
          <TabsContent value="tables">
            <TablesPanel />
          </TabsContent>
        </Tabs>
      </div>
    </>
  );
}
