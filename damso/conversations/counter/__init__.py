"""The shop counter: visits, sales and returns at a till, of people known by a code they show or a number they say."""
