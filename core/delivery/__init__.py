"""From a gateway's link to a post in a chat."""
