"""Who may do what: people, their roles and scopes, how they prove who they are, and what they did."""
