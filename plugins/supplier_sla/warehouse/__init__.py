"""From a built slot to what readers and finance see: choosing the slot, switching, posting the ledger."""
