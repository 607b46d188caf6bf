"""The reference applications of the app tier: a Shopify app's web service and worker, an API."""
