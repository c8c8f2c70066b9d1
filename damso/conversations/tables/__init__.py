"""Files of people, events, products and consents that are brought in: CSV, Excel and JSON Lines, and exports of GA4."""
