"""From a built slot to what readers and finance see: choosing the slot, and the switch that posts the ledger."""
