"""The domain: votes, tier state, plans and the client. No Pulumi, no framework, no ambient clock."""
