"""From the language of policies to what the kernel asks: rules to duties, terms to conditions."""
