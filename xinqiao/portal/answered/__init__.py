"""What others asked and how it was answered (先看看别人问过的): published without identities, for everybody."""
